import { type IncomingMessage, type Server } from "node:http";
import { type Socket } from "node:net";

/**
 * Browsers and connection pools open connections ahead of need. Node counts one that has not sent a request yet as busy,
 * and a closing server waits for it.
 * @returns ends all such connections, and each that is still made
 */
export function trackSilentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  let ended = false;
  const spoke = ({ socket }: IncomingMessage): void => void silent.delete(socket);
  server.on("connection", (socket) => {
    if (ended) socket.destroy();
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", spoke);
  server.on("upgrade", spoke);
  return () => {
    ended = true;
    for (const socket of silent) socket.destroy();
  };
}
