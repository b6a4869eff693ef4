import { WebSocket } from "ws";

/** Sends to a client, and does not let what it does not read pile up. */
export interface SocketWriter {
  /** For what the client asked for: one that asks and does not read is cut off. */
  readonly answer: (text: string) => void;
  /** For what comes by itself. @returns undefined where there is room for more, or resolves when there is */
  readonly push: (text: string) => Promise<void> | undefined;
  /** Closes with 1013, which tells a client to come back, and does not wait long for it to be read. */
  readonly cutOff: () => void;
}

/** A socket's share of memory, beside what the system's own buffers hold. */
const maxUnsentBytes = 1_000_000;
const tryAgainLater = 1_013;
const graceMs = 5_000;

export function createSocketWriter(socket: WebSocket): SocketWriter {
  const cutOff = (): void => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.close(tryAgainLater, "Too slow");
    const timer = setTimeout(() => socket.terminate(), graceMs);
    socket.once("close", () => clearTimeout(timer));
  };
  return {
    cutOff,
    answer: (text) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount > 2 * maxUnsentBytes) cutOff();
      else socket.send(text);
    },
    push: (text) => {
      if (socket.readyState !== WebSocket.OPEN) return undefined;
      if (socket.bufferedAmount <= maxUnsentBytes) {
        socket.send(text);
        return undefined;
      }
      return new Promise((resolve) => socket.send(text, () => resolve()));
    },
  };
}
