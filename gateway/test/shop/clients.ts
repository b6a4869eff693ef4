import { once } from "node:events";
import { type FormattedExecutionResult } from "graphql";
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Message, MessageType } from "graphql-ws";
import { WebSocket } from "ws";

/** A graphql-transport-ws client that shows every message, and does nothing by itself. */
export interface SocketClient {
  readonly socket: WebSocket;
  send(message: unknown): void;
  /** The next message. @throws once the socket has closed */
  receive(): Promise<Message>;
  /** The close code. */
  readonly closed: Promise<number>;
}

export async function openSocket(
  url: string,
  protocol = GRAPHQL_TRANSPORT_WS_PROTOCOL,
  headers: Record<string, string> = {},
): Promise<SocketClient> {
  const socket = new WebSocket(url, protocol, { headers });
  const messages: Message[] = [];
  socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString("utf8")) as Message));
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await once(socket, "open");
  const receive = async (): Promise<Message> => {
    const message = messages.shift();
    if (message !== undefined) return message;
    const code = await Promise.race([once(socket, "message").then(() => undefined), closed]);
    if (code !== undefined && messages.length === 0) throw new Error(`closed with ${code}`);
    return receive();
  };
  return { socket, closed, receive, send: (message) => socket.send(JSON.stringify(message)) };
}

/** As `openSocket`, acknowledged. */
export async function connectSocket(
  url: string,
  payload?: Record<string, unknown>,
  headers?: Record<string, string>,
): Promise<SocketClient> {
  const client = await openSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL, headers);
  client.send({ type: "connection_init", payload });
  const message = await client.receive();
  if (message.type !== MessageType.ConnectionAck) throw new Error(`expected an acknowledgement, got ${message.type}`);
  return client;
}

export interface EventStream {
  readonly response: Response;
  /** The next event that is no comment; undefined where the stream has ended. */
  receive(): Promise<{ event: string; data: FormattedExecutionResult | undefined } | undefined>;
  close(): void;
}

/** An operation as server-sent events (graphql-sse, distinct connections). */
export async function openEventStream(url: string, query: string, headers = {}): Promise<EventStream> {
  const controller = new AbortController();
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream", ...headers },
    body: JSON.stringify({ query }),
    signal: controller.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  const receive: EventStream["receive"] = async () => {
    const end = buffer.indexOf("\n\n");
    if (end === -1) {
      const read = await reader?.read();
      if (read?.value === undefined) return undefined;
      buffer += read.value;
      return receive();
    }
    const block = buffer.slice(0, end);
    buffer = buffer.slice(end + 2);
    if (block.startsWith(":")) return receive();
    const [event = "", data = ""] = block.split("\n").map((line) => line.slice(line.indexOf(":") + 1).trim());
    return { event, data: data === "" ? undefined : (JSON.parse(data) as FormattedExecutionResult) };
  };
  return { response, receive, close: () => controller.abort() };
}
