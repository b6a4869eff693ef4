import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type Logger } from "@shop/telemetry";
import { type StandIn, type StandInOptions } from "../stand-in";
import { accessDenied, S3Error } from "./errors";
import { errorAnswer, preflightAnswer, refuseJunk, sendAnswer } from "./http";
import { type Answer, type OperationContext } from "./operation";
import { parseRequest } from "./request";
import { type Access, findRoute } from "./routes";
import { authenticate } from "./signature";
import { type Credentials } from "./signing-key";
import { openStore, type Store } from "./storage/store";

// Longer than clients keep idle connections, so that it is they who close them.
const keepAliveMs = 65_000;
const drainMs = 2_000;

/**
 * Starts an S3 server for development and tests: path-style addresses, one owner, V4 signatures (in headers, links and
 * forms), bucket policies that let anybody read or write under a prefix, and the operations in `routes.ts`; all others are
 * refused by name with 501. It is written for this because the S3 servers that npm has take anonymous callers and forms
 * without looking at their policy, do not check a body against its signed hash, and write an object as three files in place.
 */
export async function startObjectStore(
  options: StandInOptions & { accessKey: string; secretKey: string },
): Promise<StandIn> {
  const { host, port, dataDir, log, accessKey, secretKey } = options;
  const store = openStore({ dataDir, log });
  const serve = createHandler({ store, owner: { accessKey, secretKey }, log });
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (message, response) => void serve(message, response));
  server.on("clientError", (_error, socket) => refuseJunk(socket));
  server.listen(port, host);
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, "close");
      server.close();
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

interface HandlerOptions {
  readonly store: Store;
  readonly owner: Credentials;
  readonly log: Logger;
}

/** The one place where what is thrown becomes an answer. */
function createHandler({ store, owner, log }: HandlerOptions) {
  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await sendAnswer(message, response, await perform({ store, owner }, message));
    } catch (error) {
      if (message.socket.destroyed) return; // nobody waits for an answer
      // What is left of the body is read and dropped: many clients listen only when they have sent all of it.
      message.unpipe();
      message.resume();
      if (response.headersSent) {
        log.error({ err: error }, "an answer broke off");
        response.destroy();
        return;
      }
      const { method, url = "" } = message;
      const [path] = url.split("?"); // without the signature of a link
      if (!(error instanceof S3Error)) log.error({ err: error, method, path }, "a request failed");
      else if (error.code === "NotImplemented") log.warn({ method, path }, error.message);
      const known = error instanceof S3Error ? error : new S3Error("InternalError", "We encountered an internal error");
      await sendAnswer(message, response, errorAnswer(known));
    }
  };
}

async function perform(
  { store, owner }: Pick<HandlerOptions, "store" | "owner">,
  message: IncomingMessage,
): Promise<Answer> {
  if (message.method === "OPTIONS") return preflightAnswer(message);
  const request = parseRequest(message);
  const caller = authenticate(request, owner);
  const { access, perform: operation } = findRoute(request);
  const context = { request, message, caller, owner, store };
  if (!isAllowed(access, context)) throw accessDenied();
  return operation(context);
}

function isAllowed(access: Access, { request, caller, store }: OperationContext): boolean {
  if (caller.kind === "OWNER" || access === "FORM") return true;
  if (access === "OWNER") return false;
  const policy = store.buckets.get(request.bucket)?.policy();
  return policy?.allowsAnybody(access, request.key) === true;
}
