import { setTimeout as sleep } from "node:timers/promises";
import { type OffsetStore } from "@shop/messaging";
import { type Logger } from "@shop/telemetry";
import { type Redis } from "ioredis";
import { answersOf, defineScript } from "./redis";

export interface Offsets extends OffsetStore {
  /** Ends what waits for Redis. */
  stop(): void;
}

const retryMs = 500;

// Moves an offset on only from where this process believes it to be. KEYS: the hash. ARGV: partition, from, to.
const advanceScript = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`;

/**
 * Keeps the Kafka offsets beside what was made of the events, so that both are lost, or restored, together: what an older
 * Redis lacks is then read again, and what it has is known and dropped.
 * @param options.onSetBack called when Redis holds another offset than was saved last: it was put back to an earlier state
 */
export function createOffsets(options: { redis: Redis; prefix: string; onSetBack: () => void; log: Logger }): Offsets {
  const { redis, log } = options;
  const key = `${options.prefix}:{offsets}`;
  const advance = defineScript(redis, "advanceOffset", advanceScript);
  const stopping = new AbortController();
  /** Of each partition what Redis holds, and whether something was saved since it was read. */
  const places = new Map<string, { stored: string; moving: boolean }>();

  async function readOffset(partition: string): Promise<string> {
    for (;;) {
      try {
        const [stored = null] = await answersOf<string | null>(redis.pipeline().hget(key, partition));
        return stored ?? "";
      } catch (error) {
        if (stopping.signal.aborted) throw error;
        log.warn({ err: error, retryInMs: retryMs }, "waiting for the offsets in Redis");
        await sleep(retryMs, undefined, { signal: stopping.signal });
      }
    }
  }

  return {
    load: async (topic, number) => {
      const partition = `${topic}/${number}`;
      const stored = await readOffset(partition);
      places.set(partition, { stored, moving: true });
      return stored === "" ? undefined : BigInt(stored);
    },
    save: async (topic, number, next) => {
      const partition = `${topic}/${number}`;
      const place = places.get(partition);
      if (place === undefined) return; // not loaded yet, and loading will move the reader
      const { stored, moving } = place;
      place.moving = false;
      // The one message that was in work while the reader was moved: it must not carry the offset past the new place.
      if (moving && next - 1n !== BigInt(stored === "" ? 0 : stored)) return;
      if ((await advance([key], [partition, stored, String(next)])) === 1) {
        place.stored = String(next);
        return;
      }
      places.delete(partition);
      log.warn({ topic, partition: number }, "Redis holds another offset than was saved: reading from there");
      options.onSetBack();
    },
    stop: () => stopping.abort(),
  };
}

/** Calls back when a connection was made to another run of Redis than before: it was restored, or failed over. */
export function onServerChange(redis: Redis, callback: () => void): void {
  let known: string | undefined;
  redis.on("ready", () => {
    redis.info("server").then(
      (info) => {
        const runId = /^run_id:(\S+)/m.exec(info)?.[1];
        if (known !== undefined && runId !== known) callback();
        known = runId;
      },
      () => undefined, // the connection broke again, and will be ready again
    );
  });
}
