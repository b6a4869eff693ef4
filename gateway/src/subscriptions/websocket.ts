import { type IncomingMessage, type Server } from "node:http";
import { type Duplex } from "node:stream";
import { rateLimited } from "@shop/graphql-errors";
import { beginSpan, type Logger, observeLevel } from "@shop/telemetry";
import { GraphQLError } from "graphql";
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import { type ClientAddress } from "../client-address";
import { type FormatError, formatErrors } from "../client-errors";
import { type Operations } from "../operations";
import { type Authenticate, type RequestContext } from "../request-context";
import { type Connected, createSocketConnection } from "./socket-connection";
import { createSocketOperations } from "./socket-operation";
import { createSocketWriter } from "./socket-writer";
import { type OnTokenEnd } from "./token-end";
import { traceparentOf } from "./traceparent";
import { type ViewerSlots } from "./viewer-slots";

export interface WebSocketOptions {
  readonly path: string;
  readonly operations: Operations;
  readonly authenticate: Authenticate;
  readonly onTokenEnd: OnTokenEnd;
  readonly clientAddress: ClientAddress;
  /** Counts an operation. @throws RATE_LIMITED */
  readonly admitOperation: (context: RequestContext) => Promise<void>;
  readonly formatError: FormatError;
  readonly slots: ViewerSlots;
  /** For sockets that have not said whose they are, by address. */
  readonly newcomerSlots: ViewerSlots;
  readonly maxSockets: number;
  readonly maxSocketOperations: number;
  readonly maxMessageBytes: number;
  readonly initTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly log: Logger;
}

export interface WebSocketDoor {
  /** Takes no new sockets and closes what is open with 1001. */
  close(): Promise<void>;
}

const goingAway = 1_001;
const tryAgainLater = 1_013;
/** How long clients have to answer the close at the end of the process. */
const closeTimeoutMs = 3_000;

/** graphql-transport-ws on the HTTP server's own port: subscriptions, queries and mutations. */
export function serveWebSockets(server: Server, options: WebSocketOptions): WebSocketDoor {
  const { log } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.maxMessageBytes, handleProtocols });
  const opened = { description: "WebSockets of clients that are open", unit: "{socket}" };
  const withdraw = observeLevel("shop.sockets.open", opened, () => sockets.clients.size);
  const unanswered = new Set<WebSocket>();
  let closing = false;

  const serve = (socket: WebSocket, request: IncomingMessage, onKnown: () => void): void => {
    socket.on("error", (error) => log.debug({ err: error }, "a socket broke"));
    socket.on("pong", () => unanswered.delete(socket));
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
      socket.close(CloseCode.SubprotocolNotAcceptable, "Subprotocol not acceptable");
      return;
    }
    const writer = createSocketWriter(socket);
    const { operations, formatError, admitOperation } = options;
    const connection = createSocketConnection({
      writer,
      close: (code, reason) => socket.close(code, reason),
      connect: async (params) => {
        const connected = await connect(socket, request, params);
        // One that is refused goes on being counted until it is gone: its client may take its time to answer the close.
        if (connected.ok) onKnown();
        return connected;
      },
      start: createSocketOperations({ writer, operations, admit: admitOperation, formatError, log }),
      tooMany: () => formatErrors([rateLimited(1)], formatError),
      maxOperations: options.maxSocketOperations,
      initTimeoutMs: options.initTimeoutMs,
    });
    socket.on("message", (data: Buffer, isBinary) => {
      if (socket.readyState === socket.OPEN) connection.receive(data, isBinary);
    });
    socket.once("close", () => {
      unanswered.delete(socket);
      connection.closed();
    });
  };

  const connect = async (
    socket: WebSocket,
    request: IncomingMessage,
    params: Readonly<Record<string, unknown>>,
  ): Promise<Connected> => {
    const authorization = params["Authorization"] ?? params["authorization"] ?? request.headers.authorization;
    if (authorization !== undefined && typeof authorization !== "string") return forbidden;
    const gone = new AbortController();
    socket.once("close", () => gone.abort());
    // Operations that say nothing else join it too.
    const traceparent = traceparentOf(params);
    const span = traceparent === undefined ? undefined : beginSpan("websocket", { kind: "SERVER", traceparent });
    try {
      const userAgent = request.headers["user-agent"];
      const address = options.clientAddress(request);
      const context = await options.authenticate({ authorization, userAgent, address, signal: gone.signal, span });
      if (gone.signal.aborted) return forbidden; // its `close` will not come again, to give back what is taken here
      const release = options.slots.take(context);
      if (release === undefined) return { ok: false, code: tryAgainLater, reason: "Too many sockets" };
      socket.once("close", release);
      // 4403 makes graphql-ws' client come back with a new token.
      const end = (): void => socket.close(CloseCode.Forbidden, "Forbidden");
      socket.once("close", options.onTokenEnd(context.viewer, end));
      return { ok: true, context };
    } catch (error) {
      if (error instanceof GraphQLError && error.extensions["code"] === "UNAUTHENTICATED") return forbidden;
      return { ok: false, code: tryAgainLater, reason: "Try again later" };
    } finally {
      span?.end();
    }
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on("error", () => socket.destroy()); // until ws takes over, nobody else listens
    const isFull = closing || sockets.clients.size >= options.maxSockets;
    const isElsewhere = request.url?.split("?", 1)[0] !== options.path;
    const newcomer = { ...nobody, address: options.clientAddress(request) };
    const release = isFull || isElsewhere ? undefined : options.newcomerSlots.take(newcomer);
    if (release === undefined) {
      const status = isFull ? "503 Service Unavailable" : isElsewhere ? "404 Not Found" : "429 Too Many Requests";
      refuseUpgrade(socket, status);
      return;
    }
    socket.once("close", release);
    sockets.handleUpgrade(request, socket, head, (opened) => serve(opened, request, release));
  };
  server.on("upgrade", onUpgrade);

  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) {
      if (unanswered.has(socket)) {
        socket.terminate();
      } else {
        unanswered.add(socket);
        socket.ping();
      }
    }
  }, options.keepAliveMs);

  return {
    close: async () => {
      closing = true;
      clearInterval(heartbeat);
      const impatience = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), closeTimeoutMs);
      await Promise.all([...sockets.clients].map(closeAway));
      clearTimeout(impatience);
      server.off("upgrade", onUpgrade);
      withdraw();
    },
  };
}

const nobody = { viewer: null, authorization: undefined };
const forbidden: Connected = { ok: false, code: CloseCode.Forbidden, reason: "Forbidden" };

function closeAway(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.close(goingAway, "Going away");
  });
}

/** Destroyed as soon as it is told: nobody else looks after a connection whose client never closes its side. */
function refuseUpgrade(socket: Duplex, status: string): void {
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
