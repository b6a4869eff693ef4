import { type IncomingMessage, type Server } from "node:http";
import { type Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type Revocations, serviceCredentialHeader, type VerifyServiceCredential, type Viewer } from "@shop/auth";
import { type Logger, observeLevel } from "@shop/telemetry";
import { GraphQLError } from "graphql";
import { CloseCode, handleProtocols, makeServer, type ServerOptions } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";

/** Who is at the other end of a socket. */
export interface Peer {
  readonly isGateway: boolean;
  readonly viewer: Viewer | null;
  /** The viewer's Authorization header. */
  readonly authorization: string | null;
  /** From now on the socket is this viewer's, until the token ends or is revoked. */
  identify(who: { viewer: Viewer; authorization: string }): void;
}

export interface SocketServer {
  /** Takes no more, closes all with 1001 and waits a moment for them to go. */
  stop(): Promise<void>;
}

const maxMessageBytes = 64 * 1_024;
const maxUnsentBytes = 1_024 * 1_024;
const stopGraceMs = 2_000;
const retryAfterSeconds = "10";
const longestTimerMs = 2 ** 31 - 1;
const goingAway = 1_001;
const tryAgainLater = 1_013;

/**
 * Serves graphql-transport-ws on an HTTP server's upgrade requests.
 * @param options.pingMs how often a peer is asked whether it is there; one that has not answered by the next time, or
 *   takes longer than two such spells to take a message, is cut off
 * @param options.maxSockets so many may be open at once, those of the gateway not counted: one more is told 503
 */
export function createSocketServer(options: {
  server: Server;
  path: string;
  pingMs: number;
  maxSockets: number;
  verifyCaller: VerifyServiceCredential;
  revocations: Revocations;
  operations: ServerOptions<Record<string, unknown>, Peer>;
  log: Logger;
}): SocketServer {
  const { server, log, pingMs } = options;
  const graphql = makeServer(options.operations);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols,
    // Between two messages of one piece, what the first ends comes to its end: graphql-ws would take a subscription that is
    // begun under the id of one just completed for that one, and end it.
    allowSynchronousEvents: false,
  });
  const open = new Map<WebSocket, { answered: boolean }>();
  const opened = { description: "WebSockets that are open, those of gateways among them", unit: "{socket}" };
  const withdraw = observeLevel("shop.sockets.open", opened, () => open.size);
  let clientSockets = 0;

  async function upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> {
    connection.on("error", () => connection.destroy());
    if (new URL(request.url ?? "/", "http://host").pathname !== options.path) {
      refuse(connection, "404 Not Found");
      return;
    }
    const credential = request.headers[serviceCredentialHeader];
    if (credential === undefined && clientSockets >= options.maxSockets) {
      refuse(connection, "503 Service Unavailable", { "Retry-After": retryAfterSeconds });
      return;
    }
    const caller = typeof credential === "string" ? await options.verifyCaller(credential) : null;
    if (credential !== undefined && caller === null) {
      refuse(connection, "403 Forbidden");
      return;
    }
    sockets.handleUpgrade(request, connection, head, (socket) => serve(socket, caller !== null));
  }

  function serve(socket: WebSocket, isGateway: boolean): void {
    let expiry: NodeJS.Timeout | undefined;
    let endWatch = (): void => undefined;
    const peer = {
      isGateway,
      viewer: null as Viewer | null,
      authorization: null as string | null,
      identify: (who: { viewer: Viewer; authorization: string }) => {
        if (socket.readyState !== socket.OPEN) return;
        Object.assign(peer, who);
        const leftMs = Math.min(who.viewer.expiresAt.getTime() - Date.now(), longestTimerMs);
        expiry = setTimeout(() => socket.close(CloseCode.Forbidden, "The access token has ended"), leftMs);
        const onRevoked = (): void => socket.close(CloseCode.Forbidden, "Your session has ended");
        endWatch = options.revocations.watch(who.viewer, onRevoked);
      },
    };
    const state = { answered: true };
    open.set(socket, state);
    if (!isGateway) clientSockets++;
    socket.on("error", (error) => log.debug({ err: error }, "a socket broke"));
    socket.on("pong", () => {
      state.answered = true;
    });

    const closed = graphql.opened(
      {
        protocol: socket.protocol,
        send: (message) => send(socket, message),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on("message", (message) => {
            // It asks and does not take the answers.
            if (socket.bufferedAmount > maxUnsentBytes) {
              socket.terminate();
              return;
            }
            receive(String(message as Buffer)).catch((error: unknown) => closeAfter(socket, error));
          }),
      },
      peer,
    );
    socket.once("close", (code, reason) => {
      clearTimeout(expiry);
      endWatch();
      open.delete(socket);
      if (!isGateway) clientSockets--;
      closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, "a socket did not end well"));
    });
  }

  function send(socket: WebSocket, message: string): Promise<void> {
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.terminate(), 2 * pingMs);
      socket.send(message, () => {
        clearTimeout(timer);
        resolve(); // what could not be sent went to a peer that is gone: its close ends the rest
      });
    });
  }

  function closeAfter(socket: WebSocket, error: unknown): void {
    // graphql-ws throws on messages that only a server sends.
    if (error instanceof Error && error.message.startsWith("Unexpected message of type")) {
      socket.close(CloseCode.BadRequest, "Invalid message received");
      return;
    }
    if (error instanceof GraphQLError && error.extensions["code"] === "SERVICE_UNAVAILABLE") {
      socket.close(tryAgainLater, "Try again later");
      return;
    }
    log.error({ err: error }, "a socket's message could not be handled");
    socket.close(CloseCode.InternalServerError, "Internal server error");
  }

  function askAll(): void {
    for (const [socket, state] of open) {
      if (!state.answered) {
        socket.terminate();
        continue;
      }
      state.answered = false;
      socket.ping();
    }
  }

  const onUpgrade = (request: IncomingMessage, connection: Duplex, head: Buffer): void => {
    upgrade(request, connection, head).catch((error: unknown) => {
      log.error({ err: error }, "an upgrade failed");
      connection.destroy();
    });
  };
  server.on("upgrade", onUpgrade);
  const timer = setInterval(askAll, pingMs);

  return {
    stop: async () => {
      server.off("upgrade", onUpgrade);
      clearInterval(timer);
      const gone = Promise.all([...open.keys()].map(closeAway));
      await Promise.race([gone, sleep(stopGraceMs, undefined, { ref: false })]);
      for (const socket of open.keys()) socket.terminate();
      sockets.close();
      withdraw();
    },
  };
}

function refuse(connection: Duplex, status: string, headers: Readonly<Record<string, string>> = {}): void {
  const all = { Connection: "close", "Content-Length": "0", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.end(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`);
}

function closeAway(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.close(goingAway, "The server is going away");
  });
}
