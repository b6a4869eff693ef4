import { createLogger } from "@shop/telemetry";
import { fastify, type FastifyInstance } from "fastify";
import {
  type ExecuteOperation,
  type GraphqlAnswer,
  type GraphqlError,
  registerRestFacade,
  type ServiceName,
} from "../src";
import { schemaOf } from "./schemas";

export interface ServedFacade {
  readonly app: FastifyInstance;
  /** The operations that were asked for. */
  readonly asked: Parameters<ExecuteOperation>[0][];
  /** What the next ones are answered with. */
  readonly answer: (answered: Awaited<ReturnType<ExecuteOperation>>) => void;
}

/** The facade over a graph that answers what it is told to. @param service whose routes; all where it is not given */
export async function serveFacade(service?: ServiceName): Promise<ServedFacade> {
  const app = fastify();
  const log = createLogger("rest");
  log.level = "silent";
  const asked: ServedFacade["asked"] = [];
  let next: Awaited<ReturnType<ExecuteOperation>> = { data: {} };
  registerRestFacade(app, {
    ...(service === undefined ? {} : { service }),
    execute: (request) => {
      asked.push(request);
      return Promise.resolve(next);
    },
    subscribe: () => Promise.resolve({ ok: true, events: eventsOf(next) }),
    schema: () => schemaOf(service ?? "user"),
    log,
  });
  await app.ready();
  return {
    app,
    asked,
    answer: (answered) => {
      next = answered;
    },
  };
}

/** One event, and the end. */
// eslint-disable-next-line @typescript-eslint/require-await -- what is there already, in the shape of a stream
async function* eventsOf(answer: GraphqlAnswer): AsyncGenerator<GraphqlAnswer, readonly GraphqlError[]> {
  yield answer;
  return [{ message: "Read the list anew.", extensions: { code: "CURSOR_EXPIRED" } }];
}
