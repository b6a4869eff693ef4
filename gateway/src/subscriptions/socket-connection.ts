import { type GraphQLFormattedError } from "graphql";
import { CloseCode, type Message, MessageType, parseMessage } from "graphql-ws";
import { type RequestContext } from "../request-context";
import { type StartSocketOperation } from "./socket-operation";
import { type SocketWriter } from "./socket-writer";

export type Connected =
  | { readonly ok: true; readonly context: RequestContext }
  /** The code and reason to close the socket with. */
  | { readonly ok: false; readonly code: number; readonly reason: string };

export interface SocketConnectionOptions {
  readonly writer: SocketWriter;
  readonly close: (code: number, reason: string) => void;
  /** Who it is, by the payload of `connection_init`. */
  readonly connect: (params: Readonly<Record<string, unknown>>) => Promise<Connected>;
  readonly start: StartSocketOperation;
  /** What an operation beyond `maxOperations` at once is refused with. */
  readonly tooMany: () => readonly GraphQLFormattedError[];
  readonly maxOperations: number;
  readonly initTimeoutMs: number;
}

/** The server's side of graphql-transport-ws on one socket; its rules are those of the protocol's text (PROTOCOL.md of graphql-ws). */
export interface SocketConnection {
  receive(data: Buffer, isBinary: boolean): void;
  /** To be told that the socket has closed. */
  closed(): void;
}

const longestReasonBytes = 123; // of a close frame

export function createSocketConnection(options: SocketConnectionOptions): SocketConnection {
  const { writer } = options;
  let state: "new" | "connecting" | "acknowledged" | "closed" = "new";
  let context: RequestContext | undefined;
  /** By id; each aborts when the client wants no more of it. */
  const operations = new Map<string, AbortController>();

  const closed = (): void => {
    state = "closed";
    clearTimeout(initTimeout);
    for (const operation of operations.values()) operation.abort();
    operations.clear();
  };
  const close = (code: number, reason: string): void => {
    if (state === "closed") return;
    closed();
    options.close(code, Buffer.byteLength(reason) <= longestReasonBytes ? reason : "");
  };
  const initTimeout = setTimeout(
    () => close(CloseCode.ConnectionInitialisationTimeout, "Connection initialisation timeout"),
    options.initTimeoutMs,
  );
  const send = (message: Message): void => writer.answer(JSON.stringify(message));

  const initialise = async (params: Readonly<Record<string, unknown>>): Promise<void> => {
    clearTimeout(initTimeout);
    state = "connecting";
    const connected = await options.connect(params);
    if (isClosed()) return;
    if (!connected.ok) {
      close(connected.code, connected.reason);
      return;
    }
    context = connected.context;
    state = "acknowledged";
    send({ type: MessageType.ConnectionAck });
  };
  // A function, since the state may have changed while something was awaited.
  const isClosed = (): boolean => state === "closed";

  const subscribe = async ({ id, payload }: Extract<Message, { type: MessageType.Subscribe }>): Promise<void> => {
    if (context === undefined) {
      close(CloseCode.Unauthorized, "Unauthorized");
      return;
    }
    if (operations.has(id)) {
      close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
      return;
    }
    if (operations.size >= options.maxOperations) {
      send({ id, type: MessageType.Error, payload: [...options.tooMany()] });
      return;
    }
    const operation = new AbortController();
    operations.set(id, operation);
    const outcome = await options.start(id, payload, { ...context, signal: operation.signal });
    if (operations.get(id) !== operation) return; // the client has left it, and may use its id for another already
    operations.delete(id);
    switch (outcome.kind) {
      case "COMPLETED":
        send({ id, type: MessageType.Complete });
        break;
      case "FAILED":
        send({ id, type: MessageType.Error, payload: [...outcome.errors] });
        break;
      case "CLOSE":
        close(outcome.code, outcome.reason);
        break;
      case "SILENT":
    }
  };
  const complete = (id: string): void => {
    const operation = operations.get(id);
    operations.delete(id);
    operation?.abort();
  };

  const handle = async (message: Message): Promise<void> => {
    switch (message.type) {
      case MessageType.ConnectionInit:
        if (state === "new") await initialise(message.payload ?? {});
        else close(CloseCode.TooManyInitialisationRequests, "Too many initialisation requests");
        break;
      case MessageType.Ping:
        send({ type: MessageType.Pong, ...(message.payload == null ? {} : { payload: message.payload }) });
        break;
      case MessageType.Subscribe:
        await subscribe(message);
        break;
      case MessageType.Complete:
        complete(message.id);
        break;
      case MessageType.Pong:
        break;
      default:
        close(CloseCode.BadRequest, "Invalid message received"); // what only a server sends
    }
  };
  const read = (data: Buffer, isBinary: boolean): Message | undefined => {
    try {
      return isBinary ? undefined : parseMessage(data.toString("utf8"));
    } catch {
      return undefined;
    }
  };

  return {
    closed,
    receive: (data, isBinary) => {
      if (isClosed()) return;
      const message = read(data, isBinary);
      if (message === undefined) close(CloseCode.BadRequest, "Invalid message received");
      // What throws here is a ping's payload that is too deep to be written.
      else handle(message).catch(() => close(CloseCode.BadRequest, "Invalid message received"));
    },
  };
}
