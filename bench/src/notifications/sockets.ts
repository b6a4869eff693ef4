import { once } from "node:events";
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Message, MessageType } from "graphql-ws";
import { WebSocket } from "ws";

export interface SocketsOptions {
  readonly url: string;
  /** One socket for each: the value of its Authorization header, null for an anonymous one. */
  readonly authorizations: readonly (string | null)[];
  /** One on each. */
  readonly subscription: { readonly query: string; readonly variables?: object };
  /** Whether they take nothing off the line once they have subscribed. */
  readonly neverReads?: boolean;
  readonly onData?: (data: Readonly<Record<string, unknown>>, socket: number) => void;
  /** An event came with errors. */
  readonly onFailure?: () => void;
}

const openAtOnce = 20;
/** A thousand at once are more than is taken up in the time that a subscription has. */
const retryMs = 1_000;

/** Opens graphql-transport-ws sockets. @throws where one is refused. @returns closes them */
export async function openSockets(options: SocketsOptions): Promise<() => void> {
  const { url, authorizations, subscription, neverReads = false, onData, onFailure } = options;

  async function open(authorization: string | null, index: number): Promise<WebSocket> {
    const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL);
    await once(socket, "open");
    const payload = authorization === null ? {} : { payload: { Authorization: authorization } };
    socket.send(JSON.stringify({ type: MessageType.ConnectionInit, ...payload }));
    await once(socket, "message");
    const subscribe = (): void =>
      socket.send(JSON.stringify({ id: "1", type: MessageType.Subscribe, payload: subscription }));
    socket.on("message", (text: Buffer) => {
      const message = JSON.parse(text.toString()) as Message;
      if (message.type === MessageType.Ping) socket.send(JSON.stringify({ type: MessageType.Pong }));
      if (message.type === MessageType.Error) {
        const isForNow = message.payload[0]?.extensions?.["code"] === "SERVICE_UNAVAILABLE";
        if (!isForNow) throw new Error(`A subscription was refused: ${text.toString()}`);
        setTimeout(subscribe, retryMs);
      }
      if (message.type !== MessageType.Next) return;
      const { data, errors } = message.payload;
      if (errors) onFailure?.();
      else if (data) onData?.(data, index);
    });
    subscribe();
    if (neverReads) socket.pause();
    return socket;
  }

  const sockets: WebSocket[] = [];
  for (let start = 0; start < authorizations.length; start += openAtOnce) {
    const some = authorizations.slice(start, start + openAtOnce);
    sockets.push(...(await Promise.all(some.map((authorization, index) => open(authorization, start + index)))));
  }
  return () => {
    for (const socket of sockets) socket.terminate();
  };
}
