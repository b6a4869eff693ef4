import { type Redis } from "ioredis";
import { feedKey } from "./feeds";
import { type Layout } from "./layout";
import { type NotificationKind, notificationKinds } from "./notification";
import { answersOf } from "./redis";

export interface Preferences {
  readonly muted: readonly NotificationKind[];
  readonly email: boolean;
}

/** How a reader stands to the announcements, of which there is one list for all. */
export interface AnnouncementsView {
  readonly muted: boolean;
  /** When each was read, by its id. */
  readonly readAt: ReadonlyMap<string, Date>;
}

/** What is kept of each user beside the inbox. */
export interface Readers {
  preferencesOf(userId: string): Promise<Preferences>;
  /** What is undefined stays. */
  updatePreferences(userId: string, change: Partial<Preferences>): Promise<Preferences>;
  announcementsView(userId: string): Promise<AnnouncementsView>;
  /**
   * Notes announcements as read.
   * @param outdated the ids of some that are kept no more: that they were read is forgotten
   * @returns how many were not read
   */
  markAnnouncementsRead(userId: string, ids: readonly string[], outdated: readonly string[]): Promise<number>;
  forget(userId: string): Promise<void>;
}

export function createReaders(options: { redis: Redis; prefix: string; layout: Layout }): Readers {
  const { redis, prefix, layout } = options;
  const keyOf = (userId: string, part: string): string => feedKey(prefix, layout.inboxOf(userId).name, part);

  async function preferencesOf(userId: string): Promise<Preferences> {
    const asked = redis.pipeline().smembers(keyOf(userId, "muted")).hget(keyOf(userId, "profile"), "email");
    const [muted, email] = await answersOf<string[] | string | null>(asked);
    return { muted: notificationKinds.filter((kind) => muted?.includes(kind)), email: email === "1" };
  }

  return {
    preferencesOf,
    updatePreferences: async (userId, { muted, email }) => {
      const change = redis.multi();
      if (muted !== undefined) change.del(keyOf(userId, "muted"));
      if (muted !== undefined && muted.length > 0) change.sadd(keyOf(userId, "muted"), ...muted);
      if (email !== undefined) change.hset(keyOf(userId, "profile"), "email", email ? "1" : "0");
      await answersOf(change);
      return preferencesOf(userId);
    },
    announcementsView: async (userId) => {
      const asked = redis
        .pipeline()
        .sismember(keyOf(userId, "muted"), "SYSTEM_ANNOUNCEMENT" satisfies NotificationKind)
        .hgetall(keyOf(userId, "announcements-read"));
      const [muted, readAtMs] = await answersOf<unknown>(asked);
      const read = Object.entries(readAtMs as Record<string, string>);
      return {
        muted: muted === 1,
        readAt: new Map(read.map(([id, atMs]) => [id, new Date(Number(atMs))])),
      };
    },
    markAnnouncementsRead: async (userId, ids, outdated) => {
      const key = keyOf(userId, "announcements-read");
      const change = redis.pipeline();
      for (const id of ids) change.hsetnx(key, id, Date.now());
      if (outdated.length > 0) change.hdel(key, ...outdated);
      const answers = change.length === 0 ? [] : await answersOf<number>(change);
      return answers.slice(0, ids.length).reduce((sum, added) => sum + added, 0);
    },
    forget: async (userId) => {
      const parts = ["muted", "profile", "announcements-read"];
      await answersOf(redis.pipeline().del(...parts.map((part) => keyOf(userId, part))));
    },
  };
}
