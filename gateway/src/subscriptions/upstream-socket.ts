import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, type Message, MessageType, parseMessage } from "graphql-ws";
import { WebSocket } from "ws";
import { type SubgraphAnswer } from "../execution/subgraph-client";

/** The payload of a `subscribe` message. */
export interface SubgraphSubscription {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions?: { readonly traceparent: string };
}

export interface UpstreamSocketOptions {
  readonly url: string;
  /** Of the upgrade request: how the gateway proves itself. */
  readonly headers: Readonly<Record<string, string>>;
  /** The viewer's own token, for `connection_init`. */
  readonly authorization: string | undefined;
  readonly request: SubgraphSubscription;
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
  readonly onAcknowledged: () => void;
  readonly onEvent: (event: SubgraphAnswer) => void;
  /** Called once; nothing follows it. */
  readonly onEnd: (end: UpstreamEnd) => void;
}

export type UpstreamEnd =
  | { readonly kind: "COMPLETED" }
  | { readonly kind: "REFUSED"; readonly errors: readonly unknown[] }
  | { readonly kind: "UNAUTHENTICATED" }
  /** An event is larger than is taken; opened again, the subgraph would send it again. */
  | { readonly kind: "TOO_LARGE" }
  /** The connection broke, or was never made. */
  | { readonly kind: "LOST"; readonly closeCode: number };

/** One subscription at a subgraph, over a graphql-transport-ws socket of its own. */
export interface UpstreamSocket {
  /** Stops reading, so that a subgraph which is faster than the client waits for it; and reads on. */
  pause(): void;
  resume(): void;
  close(): void;
}

const refusals = new Set<number>([CloseCode.Unauthorized, CloseCode.Forbidden]);
const operationId = "1";
const maxEventBytes = 1_000_000;

export function openUpstreamSocket(options: UpstreamSocketOptions): UpstreamSocket {
  const socket = new WebSocket(options.url, GRAPHQL_TRANSPORT_WS_PROTOCOL, {
    headers: options.headers,
    handshakeTimeout: options.timeoutMs,
    maxPayload: maxEventBytes,
  });
  let ended = false;
  const end = (how: UpstreamEnd): void => {
    if (ended) return;
    ended = true;
    clearTimeout(acknowledgement);
    clearInterval(heartbeat);
    socket.close(1000);
    options.onEnd(how);
  };
  const send = (message: Message): void => socket.send(JSON.stringify(message));

  const acknowledgement = setTimeout(() => socket.terminate(), options.timeoutMs);
  let answeredPing = true;
  const heartbeat = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN || socket.isPaused) return;
    if (answeredPing) socket.ping();
    else socket.terminate();
    answeredPing = false;
  }, options.keepAliveMs);

  const receive = (message: Message): void => {
    switch (message.type) {
      case MessageType.ConnectionAck:
        clearTimeout(acknowledgement);
        options.onAcknowledged();
        send({ id: operationId, type: MessageType.Subscribe, payload: options.request });
        break;
      case MessageType.Ping:
        send({ type: MessageType.Pong, ...(message.payload === undefined ? {} : { payload: message.payload }) });
        break;
      case MessageType.Next:
        // Without data it is no event: the subscription could not be begun, and nothing follows.
        if (message.payload.data === undefined) end({ kind: "REFUSED", errors: message.payload.errors ?? [] });
        else options.onEvent(message.payload);
        break;
      case MessageType.Error:
        end({ kind: "REFUSED", errors: message.payload });
        break;
      case MessageType.Complete:
        end({ kind: "COMPLETED" });
        break;
      default:
    }
  };

  socket.on("open", () => {
    const { authorization } = options;
    send({
      type: MessageType.ConnectionInit,
      ...(authorization === undefined ? {} : { payload: { Authorization: authorization } }),
    });
  });
  socket.on("message", (data: Buffer) => {
    if (ended) return;
    const message = tryParse(data.toString("utf8"));
    if (message === undefined) socket.terminate();
    else receive(message);
  });
  socket.on("pong", () => {
    answeredPing = true;
  });
  // Whatever else went wrong is told by the close that follows.
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") end({ kind: "TOO_LARGE" });
  });
  socket.on("close", (code) => {
    end(refusals.has(code) ? { kind: "UNAUTHENTICATED" } : { kind: "LOST", closeCode: code });
  });

  return {
    pause: () => {
      if (socket.readyState === WebSocket.OPEN) socket.pause();
    },
    resume: () => {
      answeredPing = true; // a pong may have waited unread
      if (socket.readyState === WebSocket.OPEN) socket.resume();
    },
    close: () => {
      ended = true;
      clearTimeout(acknowledgement);
      clearInterval(heartbeat);
      socket.resume(); // a paused socket would never see the other side's close
      socket.close(1000);
    },
  };
}

function tryParse(data: string): Message | undefined {
  try {
    return parseMessage(data);
  } catch {
    return undefined;
  }
}
