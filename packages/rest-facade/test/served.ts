import { type Role, type Viewer } from "@shop/auth";
import { createLogger } from "@shop/telemetry";
import { fastify, type FastifyInstance } from "fastify";
import { type AdmitCaller, type GraphqlAnswer, type GraphqlError, registerRestFacade, type ServiceName } from "../src";
import { type Caller, type Operation } from "../src/operation";
import { schemaOf } from "./schemas";

export interface ServedFacade {
  readonly app: FastifyInstance;
  /** The operations that were asked for. */
  readonly asked: (Operation & Caller)[];
  /** What the next ones are answered with. */
  readonly answer: (answered: GraphqlAnswer) => void;
  /** Who the next callers are: an admin, unless this says otherwise; null for strangers, an error for who is refused. */
  readonly admit: (next: Role | null | GraphqlError) => void;
}

/** The facade over a graph that answers what it is told to. @param service whose routes; all where it is not given */
export async function serveFacade(service?: ServiceName, { docs } = { docs: true }): Promise<ServedFacade> {
  const app = fastify();
  const log = createLogger("rest");
  log.level = "silent";
  const asked: ServedFacade["asked"] = [];
  let next: GraphqlAnswer = { data: {} };
  let who: Role | null | GraphqlError = "ADMIN";
  const admit: AdmitCaller = (caller) => {
    if (who !== null && typeof who === "object") return Promise.resolve({ ok: false, errors: [who] });
    return Promise.resolve({
      ok: true,
      viewer: who && viewerOf(who),
      execute: (operation) => {
        asked.push({ ...operation, ...caller });
        return Promise.resolve(next);
      },
      subscribe: () => Promise.resolve({ ok: true, events: eventsOf(next) }),
    });
  };
  registerRestFacade(app, {
    ...(service === undefined ? {} : { service }),
    admit,
    schema: () => schemaOf(service ?? "user"),
    docs,
    log,
  });
  await app.ready();
  return {
    app,
    asked,
    answer: (answered) => {
      next = answered;
    },
    admit: (caller) => {
      who = caller;
    },
  };
}

function viewerOf(role: Role): Viewer {
  const issuedAt = new Date();
  const expiresAt = new Date(Date.now() + 60_000);
  return { userId: "usr_1", role, sessionId: "ses_1", issuedAt, expiresAt, isRoleCurrent: () => true };
}

/** One event, and the end. */
// eslint-disable-next-line @typescript-eslint/require-await -- what is there already, in the shape of a stream
async function* eventsOf(answer: GraphqlAnswer): AsyncGenerator<GraphqlAnswer, readonly GraphqlError[]> {
  yield answer;
  return [{ message: "Read the list anew.", extensions: { code: "CURSOR_EXPIRED" } }];
}
