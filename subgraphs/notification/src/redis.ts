import { type Logger } from "@shop/telemetry";
import { Redis, ReplyError } from "ioredis";

const commandTimeoutMs = 3_000;
const longestReconnectMs = 1_000;

/**
 * A connection to Redis that is opened at once and again whenever it breaks. A command fails after 3 s without an answer;
 * it may still be carried out later, so that whatever is sent must stand that.
 */
export function connectRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 2,
    connectTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(50 * attempt, longestReconnectMs),
  });
  redis.on("error", (error) => log.debug({ err: error }, "the connection to Redis broke"));
  return redis;
}

/** As `connectRedis`, for a connection that only listens: it waits for Redis as long as it takes. */
export function connectRedisListener(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * attempt, longestReconnectMs),
  });
  redis.on("error", (error) => log.debug({ err: error }, "the listening connection to Redis broke"));
  return redis;
}

/** Redis did not answer: an outage, after which the same can be tried again. */
export class RedisUnreachableError extends Error {}

// What a Redis answers that starts up, is full, cannot write to its disk or fails over: as with an outage, it passes.
const passing = /^(LOADING|OOM|MISCONF|READONLY|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|TRYAGAIN|BUSY) /;

/**
 * Waits for an answer of Redis.
 * @throws RedisUnreachableError where there is none, or where it can do nothing for now; anything else that Redis refuses is
 *   a bug, and is thrown as it is
 */
export async function answerOf<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ReplyError && !passing.test((error as Error).message)) throw error;
    throw new RedisUnreachableError("Redis does not answer", { cause: error });
  }
}

export type RunScript = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;

/** Registers a Lua script, which Redis runs as one step. All of its keys must share a hash tag. */
export function defineScript(redis: Redis, name: string, lua: string): RunScript {
  redis.defineCommand(name, { lua });
  const commands = redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>;
  return async (keys, args) => answerOf(commands[name]?.(keys.length, ...keys, ...args) ?? Promise.resolve());
}

/** Runs commands in one round trip. @returns their answers @throws as `answerOf`, or the first refusal */
export async function answersOf<T>(pipeline: ReturnType<Redis["pipeline"]>): Promise<T[]> {
  const answers = (await answerOf(pipeline.exec())) ?? [];
  for (const [error] of answers) if (error !== null) await answerOf(Promise.reject(error));
  return answers.map(([, answer]) => answer as T);
}
