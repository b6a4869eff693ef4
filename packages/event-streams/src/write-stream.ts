import { once } from "node:events";
import { type OutgoingHttpHeaders, type ServerResponse } from "node:http";

/** What is written around the texts of a response that stays open. */
export interface StreamFraming {
  readonly contentType: string;
  readonly opening: string;
  /** Keeps proxies from giving up on a silent stream. */
  readonly heartbeat: string;
  /** The longest time between two. */
  readonly heartbeatMs: number;
}

/**
 * Answers with texts as they come, each when there is room for it, and leaves the response open after the last. A client
 * that makes no room from one heartbeat to the next is cut off.
 * @param options.signal aborted when the client is gone; whoever makes the texts ends them then
 * @returns what the texts ended with
 */
export async function writeStream<End>(
  response: ServerResponse,
  texts: AsyncGenerator<string, End>,
  { framing, headers, signal }: { framing: StreamFraming; headers: OutgoingHttpHeaders; signal: AbortSignal },
): Promise<End> {
  response.writeHead(200, {
    ...headers,
    "content-type": framing.contentType,
    "cache-control": "private, no-store, no-transform",
    "x-accel-buffering": "no", // proxies would hold events back until they have a bufferful
  });
  response.write(framing.opening);
  const heartbeat = beat(response, framing);
  try {
    for (;;) {
      const step = await texts.next();
      if (step.done === true) return step.value;
      if (!response.write(step.value)) await once(response, "drain", { signal }).catch(() => undefined);
    }
  } finally {
    clearInterval(heartbeat);
  }
}

function beat(response: ServerResponse, { heartbeat, heartbeatMs }: StreamFraming): NodeJS.Timeout {
  let isStuck = false;
  response.on("drain", () => {
    isStuck = false;
  });
  return setInterval(() => {
    if (isStuck) return void response.destroy();
    isStuck = response.writableNeedDrain;
    if (!isStuck) response.write(heartbeat);
  }, heartbeatMs);
}
