import { type IncomingMessage, type Server } from "node:http";
import { type Duplex } from "node:stream";
import { rateLimited } from "@shop/graphql-errors";
import { inSpan, type Logger } from "@shop/telemetry";
import { GraphQLError, type GraphQLSchema } from "graphql";
import { CloseCode } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";
import { type Operations } from "../operations";
import { type Authenticate, type RequestContext } from "../request-context";
import { errorPayload, singleResult, streamedResults, toGraphQLError } from "./socket-results";
import { msUntilExpiry } from "./token-expiry";

export interface WebSocketOptions {
  readonly path: string;
  readonly operations: Operations;
  readonly authenticate: Authenticate;
  readonly schema: () => GraphQLSchema;
  readonly maxSockets: number;
  readonly maxSocketOperations: number;
  readonly keepAliveMs: number;
  readonly log: Logger;
}

export interface WebSocketDoor {
  /** Takes no new sockets, lets queries and mutations finish, and closes what is open with 1001. */
  close(): Promise<void>;
}

interface SocketState extends Record<PropertyKey, unknown> {
  context: RequestContext;
}

const maxMessageBytes = 1_000_000;
/** How long clients have to answer the close at the end of the process. */
const closeTimeoutMs = 5_000;

/** graphql-transport-ws on the HTTP server's own port: subscriptions, queries and mutations. */
export function serveWebSockets(server: Server, options: WebSocketOptions): WebSocketDoor {
  const { operations, log } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  let closing = false;
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on("error", () => socket.destroy()); // until ws takes over, nobody else listens
    const pathname = request.url?.split("?", 1)[0];
    const full = closing || sockets.clients.size >= options.maxSockets;
    if (full || pathname !== options.path) {
      refuseUpgrade(socket, full ? "503 Service Unavailable" : "404 Not Found");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      // graphql-ws listens for the first error alone, and one that nobody listens for ends the process.
      opened.on("error", (error) => log.debug({ err: error }, "a socket broke"));
      sockets.emit("connection", opened, request);
    });
  };
  server.on("upgrade", onUpgrade);

  const graphql = useServer<Record<string, unknown>, Partial<SocketState>>(
    {
      onConnect: async (ctx) => {
        const authorization = readAuthorization(ctx.connectionParams) ?? ctx.extra.request.headers.authorization;
        const closed = new AbortController();
        const { socket, request } = ctx.extra;
        socket.once("close", () => closed.abort());
        try {
          const userAgent = request.headers["user-agent"];
          ctx.extra.context = await options.authenticate({ authorization, userAgent, signal: closed.signal });
        } catch (error) {
          if (error instanceof GraphQLError && error.extensions["code"] === "UNAUTHENTICATED") return false;
          socket.close(1013, "Try again later");
          return false;
        }
        closeOnExpiry(socket, ctx.extra.context);
        return true;
      },
      onSubscribe: async (ctx, _id, payload) => {
        const { context } = ctx.extra;
        if (context === undefined) throw new Error("A socket subscribes before it is acknowledged.");
        if (Object.keys(ctx.subscriptions).length > options.maxSocketOperations) return [rateLimited(1)];
        const started = await inSpan("websocket operation", {}, () => operations.start(payload, context));
        if (started.kind === "refused") return started.errors.map(toGraphQLError);
        return { schema: options.schema(), document: started.document, contextValue: started };
      },
      // Both take what onSubscribe has started.
      execute: singleResult,
      subscribe: streamedResults,
      // Errors are formatted already.
      onNext: (_ctx, _id, _payload, _args, result) => result,
      onError: (_ctx, _id, _payload, errors) => errorPayload(errors),
      isProd: true,
    },
    sockets,
    options.keepAliveMs,
  );

  return {
    close: async () => {
      closing = true;
      await operations.settled();
      const impatience = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), closeTimeoutMs);
      await graphql.dispose();
      clearTimeout(impatience);
      server.off("upgrade", onUpgrade);
    },
  };
}

function closeOnExpiry(socket: WebSocket, context: RequestContext): void {
  const remainingMs = msUntilExpiry(context.viewer);
  if (remainingMs === undefined) return;
  // 4403 makes graphql-ws' client come back with a new token.
  const timer = setTimeout(() => socket.close(CloseCode.Forbidden, "Forbidden"), remainingMs);
  socket.once("close", () => clearTimeout(timer));
}

function readAuthorization(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const value = params?.["Authorization"] ?? params?.["authorization"];
  return typeof value === "string" ? value : undefined;
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
