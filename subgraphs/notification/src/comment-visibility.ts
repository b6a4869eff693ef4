import { type Redis } from "ioredis";
import { feedKey, type Feed } from "./feeds";
import { answersOf } from "./redis";

/** Which of a product's comments were taken away (hidden, deleted), as the events tell. */
export interface CommentVisibility {
  /** Later changes win, in whatever order they come. */
  note(change: { commentId: string; taken: boolean; at: Date }): Promise<void>;
  areTaken(commentIds: readonly string[]): Promise<boolean[]>;
}

/** @param feed the product's comments: what is noted lies beside it, for as long */
export function createCommentVisibility(redis: Redis, prefix: string, feed: Feed): CommentVisibility {
  const key = feedKey(prefix, feed.name, "taken");
  const read = async (commentIds: readonly string[]): Promise<(string | null)[]> =>
    commentIds.length === 0
      ? []
      : ((await answersOf<(string | null)[]>(redis.pipeline().hmget(key, ...commentIds)))[0] ?? []);
  return {
    note: async ({ commentId, taken, at }) => {
      const [noted = null] = await read([commentId]);
      if (noted !== null && Number(noted.slice(1)) > at.getTime()) return;
      const value = `${taken ? "-" : "+"}${at.getTime()}`;
      await answersOf(redis.pipeline().hset(key, commentId, value).pexpire(key, feed.maxAgeMs));
    },
    areTaken: async (commentIds) => (await read(commentIds)).map((noted) => noted?.startsWith("-") ?? false),
  };
}
