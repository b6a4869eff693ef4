import { type Redis } from "ioredis";
import { answersOf } from "./redis";

/** Who wants to be told of a product. It is kept with the product, so that one write says it. */
export interface Watches {
  /** A second time changes nothing. */
  watch(userId: string, productId: string): Promise<void>;
  unwatch(userId: string, productId: string): Promise<void>;
  /** @returns for each product whether the user watches it */
  areWatched(userId: string, productIds: readonly string[]): Promise<boolean[]>;
  /** Those who watched a product at that time already: who came later is not told of an event that comes again. */
  watchersAt(productId: string, at: Date): Promise<string[]>;
  /** Ends all that a user watches. */
  forget(userId: string): Promise<void>;
}

export function createWatches(options: { redis: Redis; prefix: string }): Watches {
  const { redis, prefix } = options;
  const keyOf = (productId: string): string => `${prefix}:{product/${productId}}:watchers`;
  /** The products that a user may watch: noted before they do and taken out after, so that none is missing. */
  const watchedKeyOf = (userId: string): string => `${prefix}:{watcher/${userId}}:products`;

  async function unwatch(userId: string, productId: string): Promise<void> {
    await answersOf(redis.pipeline().zrem(keyOf(productId), userId));
    await answersOf(redis.pipeline().srem(watchedKeyOf(userId), productId));
  }

  return {
    unwatch,
    watch: async (userId, productId) => {
      await answersOf(redis.pipeline().sadd(watchedKeyOf(userId), productId));
      await answersOf(redis.pipeline().zadd(keyOf(productId), "NX", Date.now(), userId));
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
    forget: async (userId) => {
      const [watched = []] = await answersOf<string[]>(redis.pipeline().smembers(watchedKeyOf(userId)));
      for (const productId of watched) await unwatch(userId, productId);
    },
  };
}
