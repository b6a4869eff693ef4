import { type Socket } from "node:net";
import { type Logger } from "@shop/telemetry";
import { encodeReply, messageLength, parseRequest, type Request } from "./wire-messages";

export interface ConnectionOptions {
  readonly log: Logger;
  /** Answers a request in BSON; never throws. */
  readonly answer: (request: Request) => Buffer;
}

/**
 * Serves one client: its requests one after the other, each answered before the next is read. While the client does
 * not read its answers, nothing more is read from it. Bytes that are not the protocol end the connection.
 */
export function serveConnection(socket: Socket, { log, answer }: ConnectionOptions): void {
  let chunks: Buffer[] = [];
  let bufferedBytes = 0;
  let neededBytes = 4;

  function takeMessages(): void {
    let bytes = Buffer.concat(chunks);
    for (;;) {
      const length = messageLength(bytes);
      if (length === undefined || bytes.length < length) {
        neededBytes = length ?? 4;
        break;
      }
      const request = parseRequest(bytes.subarray(0, length));
      const body = answer(request);
      if (request.expectsReply && !socket.write(encodeReply(request, body))) socket.pause();
      bytes = bytes.subarray(length);
    }
    chunks = bytes.length > 0 ? [bytes] : [];
    bufferedBytes = bytes.length;
  }

  socket.setNoDelay(true);
  socket.on("drain", () => socket.resume());
  socket.on("error", (error) => log.debug({ reason: error.message }, "connection ended"));
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    bufferedBytes += chunk.length;
    // A large message comes in many chunks: joined once, when it is whole.
    if (bufferedBytes < neededBytes) return;
    try {
      takeMessages();
    } catch (error) {
      log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        "malformed message: connection closed",
      );
      socket.destroy();
    }
  });
}
