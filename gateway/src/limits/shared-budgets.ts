import { connectOptionalRedis } from "@shop/redis";
import { type Logger } from "@shop/telemetry";
import { type Budget, type Taken, takePointsScript } from "./budget";

/** Budgets that all instances of the gateway spend from. */
export interface SharedBudgets {
  /** @returns undefined where the store does not answer: at once, but for the first to find out */
  take(key: string, points: { need: number; want: number; budget: Budget }): Promise<Taken | undefined>;
  close(): void;
}

/** Nobody waits longer for a count. */
const timeoutMs = 250;
const prefix = "gateway:rate:";

export function connectSharedBudgets(url: string, log: Logger): SharedBudgets {
  const scripts = { takePoints: { lua: takePointsScript, numberOfKeys: 1 } };
  const whatGoesOn = "rate limits are kept per process";
  const redis = connectOptionalRedis({ url, scripts, timeoutMs, whatGoesOn, log });
  return {
    take: async (key, { need, want, budget: { points, windowMs } }) => {
      const taken = await redis.run("takePoints", prefix + key, points, windowMs, need, want);
      if (taken === undefined) return undefined;
      const [granted, retryAfterMs] = taken as [number, number];
      return { granted, retryAfterMs };
    },
    close: () => redis.close(),
  };
}
