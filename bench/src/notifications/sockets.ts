import { once } from "node:events";
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Message, MessageType } from "graphql-ws";
import { WebSocket } from "ws";

export interface SocketsOptions {
  readonly url: string;
  /** One socket for each: the value of its Authorization header, null for an anonymous one. */
  readonly authorizations: readonly (string | null)[];
  /** One subscription on each; undefined for sockets that have none. */
  readonly subscription?: { readonly query: string; readonly variables?: object };
  /** Whether they take nothing off the line once they have subscribed. */
  readonly neverReads?: boolean;
  readonly onData?: (data: Readonly<Record<string, unknown>>, socket: number) => void;
}

const openAtOnce = 50;

/** Opens graphql-transport-ws sockets. @throws where one is refused. @returns closes them */
export async function openSockets(options: SocketsOptions): Promise<() => void> {
  const { url, authorizations, subscription, neverReads = false, onData } = options;

  async function open(authorization: string | null, index: number): Promise<WebSocket> {
    const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL);
    await once(socket, "open");
    const payload = authorization === null ? {} : { payload: { Authorization: authorization } };
    socket.send(JSON.stringify({ type: MessageType.ConnectionInit, ...payload }));
    await once(socket, "message");
    socket.on("message", (text: Buffer) => {
      const message = JSON.parse(text.toString()) as Message;
      if (message.type === MessageType.Ping) socket.send(JSON.stringify({ type: MessageType.Pong }));
      if (message.type === MessageType.Error) throw new Error(`A subscription was refused: ${text.toString()}`);
      if (message.type !== MessageType.Next) return;
      const { data, errors } = message.payload;
      if (!data || errors) throw new Error(`An event came with errors: ${text.toString()}`);
      onData?.(data, index);
    });
    if (subscription !== undefined) {
      socket.send(JSON.stringify({ id: "1", type: MessageType.Subscribe, payload: subscription }));
    }
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
