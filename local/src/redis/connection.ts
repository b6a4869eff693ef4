import { type Socket } from "node:net";
import { type Engine } from "./engine";
import { type PubSub } from "./pub-sub";
import { type Bytes, encodeReply, type Reply } from "./reply";
import { createRequestParser, ProtocolError } from "./request-parser";
import { createSession, forgetWatches } from "./session";

/** What a subscriber may leave unread before it is cut off, so that one who never reads cannot fill the memory. */
const maxUnreadBytes = 32 * 1024 * 1024;

export interface Connection {
  /** Sends what has gathered. To be called once what it acknowledges is on disk. */
  send(): void;
  destroy(): void;
}

/**
 * Serves one client. Answers and messages gather until `send`.
 * @param onTurn called after the requests of a chunk were carried out
 * @param onOutput called when there is something to send
 */
export function createConnection({
  id,
  socket,
  engine,
  pubSub,
  onTurn,
  onOutput,
}: {
  id: number;
  socket: Socket;
  engine: Engine;
  pubSub: PubSub;
  onTurn: () => void;
  onOutput: (connection: Connection) => void;
}): Connection {
  const parser = createRequestParser();
  let output: Bytes[] = [];

  const write = (bytes: Bytes): void => {
    if (bytes !== "" && output.push(bytes) === 1) onOutput(connection);
  };
  const session = createSession(id, (reply: Reply) => {
    write(encodeReply(reply));
    if (socket.writableLength > maxUnreadBytes) socket.destroy();
  });

  const connection: Connection = {
    send: () => {
      const bytes = output.join("");
      output = [];
      if (socket.destroyed) return;
      // Who sends requests but reads no answers is not read from either, until it has caught up.
      if (!socket.write(bytes, "latin1")) socket.pause();
      if (session.closing) socket.end();
    },
    destroy: () => void socket.destroy(),
  };

  socket.setNoDelay(true);
  socket.on("drain", () => socket.resume());
  // A connection that breaks is ordinary; "close" follows.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    forgetWatches(session);
    pubSub.leave(session);
  });
  socket.on("data", (chunk: Buffer) => {
    parser.feed(chunk);
    while (!session.closing) {
      const request = parser.next();
      if (request === undefined) break;
      if (request instanceof ProtocolError) {
        write(`-ERR Protocol error: ${request.message}\r\n`);
        session.closing = true;
      } else {
        write(encodeReply(engine.handle(session, request)));
      }
    }
    onTurn();
  });
  return connection;
}
