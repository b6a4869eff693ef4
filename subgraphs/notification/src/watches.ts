import { type Redis } from "ioredis";
import { answersOf } from "./redis";

/** Who wants to be told of a product. Kept with the product alone, so that one write says it. */
export interface Watches {
  /** A second time changes nothing. */
  watch(userId: string, productId: string): Promise<void>;
  unwatch(userId: string, productId: string): Promise<void>;
  /** @returns for each product whether the user watches it */
  areWatched(userId: string, productIds: readonly string[]): Promise<boolean[]>;
  /** Those who watched a product at that time already: who came later is not told of an event that comes again. */
  watchersAt(productId: string, at: Date): Promise<string[]>;
}

export function createWatches(options: { redis: Redis; prefix: string }): Watches {
  const { redis, prefix } = options;
  const keyOf = (productId: string): string => `${prefix}:{product/${productId}}:watchers`;
  return {
    watch: async (userId, productId) => {
      await answersOf(redis.pipeline().zadd(keyOf(productId), "NX", Date.now(), userId));
    },
    unwatch: async (userId, productId) => {
      await answersOf(redis.pipeline().zrem(keyOf(productId), userId));
    },
    areWatched: async (userId, productIds) => {
      const asked = redis.pipeline();
      for (const productId of productIds) asked.zscore(keyOf(productId), userId);
      return (await answersOf<string | null>(asked)).map((since) => since !== null);
    },
    watchersAt: async (productId, at) => {
      const [watchers = []] = await answersOf<string[]>(
        redis.pipeline().zrangebyscore(keyOf(productId), "-inf", at.getTime()),
      );
      return watchers;
    },
  };
}
