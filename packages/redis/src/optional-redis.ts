import { type Logger } from "@shop/telemetry";
import { Redis } from "ioredis";

/** Lua that Redis runs as one step. Several keys must share a hash tag. */
export interface Script {
  readonly lua: string;
  /** Without it each call begins with how many keys it has. */
  readonly numberOfKeys?: number;
}

/** A Redis that one can do without: what is not answered at once is not waited for. */
export interface OptionalRedis<Name extends string> {
  /** @returns undefined where Redis does not answer: at once, but for the first to find out */
  run(script: Name, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  close(): void;
}

const longestReconnectMs = 1_000;
const recheckMs = 1_000;

/**
 * Connects to Redis and stays at it: a store that is lost is asked again only once it has answered a ping.
 * @param options.timeoutMs a store that takes longer to answer counts as lost
 * @param options.whatGoesOn what is done without it, for the log: "rate limits are kept per process"
 */
export function connectOptionalRedis<Name extends string>(options: {
  url: string;
  scripts: Readonly<Record<Name, Script>>;
  timeoutMs: number;
  whatGoesOn: string;
  log: Logger;
}): OptionalRedis<Name> {
  const { url, scripts, timeoutMs, whatGoesOn, log } = options;
  const redis = new Redis(url, {
    connectTimeout: longestReconnectMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, longestReconnectMs),
    scripts,
  });
  const commands = redis as unknown as Record<Name, (...args: (string | number)[]) => Promise<unknown>>;
  let answers = false;
  let told = false;

  const found = (): void => {
    answers = true;
    if (told) log.info("Redis answers again");
    told = false;
  };
  const lost = (error: Error & { code?: string }): void => {
    answers = false;
    if (!told) log.warn({ reason: error.code ?? error.message }, `Redis is lost: ${whatGoesOn}`);
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
    run: async (script, ...keysAndArguments) => {
      if (!answers) return undefined;
      try {
        return await inTime(commands[script](...keysAndArguments), timeoutMs);
      } catch (error) {
        lost(error as Error);
        return undefined;
      }
    },
    close: () => {
      clearInterval(recheck);
      redis.removeAllListeners();
      redis.on("error", () => undefined);
      redis.disconnect();
    },
  };
}

function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    // An answer that came while this process was busy with something else is read before the immediate runs.
    const timer = setTimeout(() => setImmediate(() => reject(new Error("no answer in time"))), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
