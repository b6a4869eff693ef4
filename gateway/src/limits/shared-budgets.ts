import { type Logger } from "@shop/telemetry";
import { Redis } from "ioredis";
import { type Budget, type Taken, takePointsScript } from "./budget";

/** Budgets that all instances of the gateway spend from. */
export interface SharedBudgets {
  /** @returns undefined where the store does not answer: at once, but for the first to find out */
  take(key: string, points: { need: number; want: number; budget: Budget }): Promise<Taken | undefined>;
  /** As if nothing had been spent of it. */
  fill(key: string): void;
  close(): void;
}

/** Nobody waits longer for a count; a store that is slower than this counts as lost. */
const timeoutMs = 250;
const longestReconnectMs = 1_000;
const recheckMs = 1_000;
const prefix = "gateway:rate:";

/** Connects to Redis and stays at it: a store that is lost is asked again only once it has answered a ping. */
export function connectSharedBudgets(url: string, log: Logger): SharedBudgets {
  const redis = new Redis(url, {
    connectTimeout: longestReconnectMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, longestReconnectMs),
    scripts: { takePoints: { lua: takePointsScript, numberOfKeys: 1 } },
  });
  const run = redis as unknown as { takePoints(...args: (string | number)[]): Promise<[number, number]> };
  let answers = false;
  let told = false;

  const found = (): void => {
    answers = true;
    if (told) log.info("Redis answers again: rate limits are shared by all instances");
    told = false;
  };
  const lost = (error: Error & { code?: string }): void => {
    answers = false;
    if (!told) log.warn({ reason: error.code ?? error.message }, "Redis is lost: rate limits are kept per process");
    told = true;
  };
  redis.on("ready", found);
  redis.on("error", lost);
  let rechecking = false;
  const recheck = setInterval(() => {
    if (answers || rechecking || redis.status !== "ready") return;
    rechecking = true;
    redis
      .ping()
      .then(found, () => undefined)
      .finally(() => (rechecking = false));
  }, recheckMs).unref();

  return {
    take: async (key, { need, want, budget: { points, windowMs } }) => {
      if (!answers) return undefined;
      try {
        const [granted, retryAfterMs] = await inTime(run.takePoints(prefix + key, points, windowMs, need, want));
        return { granted, retryAfterMs };
      } catch (error) {
        lost(error as Error);
        return undefined;
      }
    },
    fill: (key) => {
      if (answers) redis.del(prefix + key).catch(lost);
    },
    close: () => {
      clearInterval(recheck);
      redis.removeAllListeners();
      redis.on("error", () => undefined);
      redis.disconnect();
    },
  };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // An answer that came while this process was busy with something else is read before the immediate runs.
    const timer = setTimeout(() => setImmediate(() => reject(new Error("no answer in time"))), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
