import { once } from "node:events";
import { type Socket } from "node:net";
import { type Logger } from "@shop/telemetry";
import { type ApiTable } from "./api/api-table";
import { createFrameSplitter } from "./protocol/frame-splitter";
import { MalformedRequest, Reader } from "./protocol/reader";
import { int16, int32, nullableString, struct } from "./protocol/wire-types";

/** Room for a request with a full batch for each of some thirty partitions. Kafka: 100 MiB. */
const maxRequestBytes = 32 * 1024 * 1024;
/** A client may send ahead so many requests, or a full one's bytes; then its socket is not read until they are answered. */
const maxQueuedRequests = 32;

const requestHeader = struct({ apiKey: int16, apiVersion: int16, correlationId: int32, clientId: nullableString });

/**
 * Answers the requests of one connection, one after another as Kafka does, until either side ends it. Whatever cannot be
 * read or is not supported ends it with a line in the log; no bytes can do more than that.
 */
export function serveConnection(socket: Socket, deps: { apis: ApiTable; log: Logger }): void {
  const { apis } = deps;
  const host = socket.remoteAddress ?? "unknown";
  const log = deps.log.child({ client: `${host}:${socket.remotePort ?? 0}` });
  const closing = new AbortController();
  const frames = createFrameSplitter(maxRequestBytes);
  const queue: Buffer[] = [];
  let isAnswering = false;

  function end(reason: string, details: object = {}): void {
    if (!closing.signal.aborted) log.warn({ reason, ...details }, "closed a client's connection");
    queue.length = 0;
    socket.destroy();
  }

  function isBackedUp(): boolean {
    const queuedBytes = queue.reduce((sum, frame) => sum + frame.length, 0);
    return queue.length >= maxQueuedRequests || queuedBytes >= maxRequestBytes;
  }

  async function send(correlationId: number, body: Buffer): Promise<void> {
    const header = Buffer.allocUnsafe(8);
    header.writeInt32BE(4 + body.length, 0);
    header.writeInt32BE(correlationId, 4);
    socket.cork();
    socket.write(header);
    const hasRoom = socket.write(body);
    socket.uncork();
    if (!hasRoom) await once(socket, "drain", { signal: closing.signal });
  }

  async function answer(frame: Buffer): Promise<void> {
    const reader = new Reader(frame);
    const { apiKey, apiVersion, correlationId, clientId } = requestHeader.read(reader);
    const api = apis.find(apiKey, apiVersion);
    if (api === undefined) {
      end("this API or version is not supported", { apiKey, apiVersion, clientId });
      return;
    }
    const response = await api.answer(reader, { clientId: clientId ?? "", host, closed: closing.signal });
    if (response !== undefined && !closing.signal.aborted) await send(correlationId, response);
  }

  async function answerQueued(): Promise<void> {
    if (isAnswering) return;
    isAnswering = true;
    try {
      for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) {
        await answer(frame);
        if (socket.isPaused() && !isBackedUp()) socket.resume();
      }
    } catch (error) {
      if (closing.signal.aborted) return;
      if (error instanceof MalformedRequest) {
        end(error.message);
        return;
      }
      log.error({ err: error }, "a request failed");
      end("a request failed");
    } finally {
      isAnswering = false;
    }
  }

  socket.setNoDelay(true);
  socket.on("data", (chunk) => {
    const split = frames.push(chunk);
    if (!split.ok) {
      end(split.reason);
      return;
    }
    queue.push(...split.frames);
    if (isBackedUp()) socket.pause();
    void answerQueued();
  });
  socket.on("error", (error) => log.debug({ err: error }, "a client's connection broke"));
  socket.on("end", () => {
    if (frames.isMidFrame()) log.warn("a client ended its connection in the middle of a request");
  });
  socket.on("close", () => {
    queue.length = 0;
    closing.abort();
  });
}
