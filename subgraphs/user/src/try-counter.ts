import { connectOptionalRedis } from "@shop/redis";
import { type Logger } from "@shop/telemetry";
import { type Bucket, type Buckets, judgeTry, keptMs, listOf, type Tries } from "./try-rules";
import { tryScripts } from "./try-scripts";

/** Counts tries, before it is known what comes of them: so many at once are so many. */
export interface TryCounter {
  /** @returns 0 where the try may be made and is counted, else for how many milliseconds to wait */
  begin(buckets: Buckets): Promise<number>;
  /** Takes a try back of what it was counted for. */
  takeBack(buckets: readonly Bucket[]): Promise<void>;
  /** Forgets all tries of a bucket. */
  forget(bucket: Bucket): Promise<void>;
  /** Keeps in mind that there is such a thing, which is no bucket. */
  remember(key: string, forMs: number): Promise<void>;
  isRemembered(key: string): Promise<boolean>;
  close(): void;
}

/** All keys are in one slot of a cluster: tries are few, and a script needs all of what a try counts for. */
const prefix = "user:{tries}:";
/** Who signs in waits for a hash anyway; what is counted elsewhere from then on starts from nothing. */
const timeoutMs = 1_500;
/** Those that were seen first are forgotten first; half a kilobyte each. */
const maxOwn = 50_000;

/**
 * Counts in Redis for all instances of the service, and while it does not answer, for this process alone: nobody is kept out
 * because Redis is away.
 * @param options.redisUrl undefined where this process counts by itself
 */
export function createTryCounter(options: { redisUrl: string | undefined; log: Logger }): TryCounter {
  const { redisUrl: url, log } = options;
  const own = createOwnCounter();
  if (url === undefined) return own;
  const whatGoesOn = "tries at accounts are counted per process";
  const redis = connectOptionalRedis({ url, scripts: tryScripts, timeoutMs, whatGoesOn, log });

  return {
    begin: async (buckets) => {
      const counted = listOf(buckets);
      const keys = counted.map(({ key }) => prefix + key);
      const delays = counted.flatMap(({ delays: { free, firstMs, maxMs, forgetMs } }) => [
        ...[free, firstMs, maxMs, forgetMs],
      ]);
      const waitMs = await redis.run("begin", keys.length, ...keys, ...delays);
      return waitMs === undefined ? own.begin(buckets) : Number(waitMs);
    },
    takeBack: async (buckets) => {
      const keys = buckets.map(({ key }) => prefix + key);
      if ((await redis.run("takeBack", keys.length, ...keys)) === undefined) await own.takeBack(buckets);
    },
    forget: async (bucket) => {
      await redis.run("forget", prefix + bucket.key);
      await own.forget(bucket);
    },
    remember: async (key, forMs) => {
      await redis.run("remember", prefix + key, forMs);
      await own.remember(key, forMs);
    },
    isRemembered: async (key) => {
      const found = await redis.run("isRemembered", prefix + key);
      return found === undefined ? own.isRemembered(key) : found === 1;
    },
    close: () => redis.close(),
  };
}

/** The same in this process alone. */
function createOwnCounter(): TryCounter {
  const kept = createOwnMemory<Tries>();
  const remembered = createOwnMemory<true>();
  return {
    begin: (buckets) => {
      const { waitMs, kept: tries } = judgeTry(buckets, kept.get, Date.now());
      for (const { bucket, tries: its } of tries) kept.set(bucket.key, its, keptMs(its, bucket.delays));
      return Promise.resolve(waitMs);
    },
    takeBack: (buckets) => {
      for (const { key, delays } of buckets) {
        const tries = kept.get(key);
        if (tries === undefined) continue;
        kept.set(key, { ...tries, count: Math.max(0, tries.count - 1) }, keptMs(tries, delays));
      }
      return Promise.resolve();
    },
    forget: ({ key }) => {
      kept.delete(key);
      return Promise.resolve();
    },
    remember: (key, forMs) => {
      remembered.set(key, true, forMs);
      return Promise.resolve();
    },
    isRemembered: (key) => Promise.resolve(remembered.get(key) === true),
    close: () => undefined,
  };
}

function createOwnMemory<Value>() {
  const entries = new Map<string, { value: Value; endsAtMs: number }>();
  return {
    get: (key: string): Value | undefined => {
      const entry = entries.get(key);
      return entry !== undefined && entry.endsAtMs > Date.now() ? entry.value : undefined;
    },
    set: (key: string, value: Value, forMs: number): void => {
      entries.delete(key);
      const [oldest] = entries.size < maxOwn ? [] : entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(key, { value, endsAtMs: Date.now() + forMs });
    },
    delete: (key: string): void => void entries.delete(key),
  };
}
