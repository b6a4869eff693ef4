import { recordedTraceparent } from "@shop/telemetry";
import { type Redis } from "ioredis";
import * as scripts from "./feed-scripts";
import { answersOf, defineScript } from "./redis";

/** A list in Redis that grows at one end and is trimmed at the other: an inbox, the announcements, a product's comments. */
export interface Feed {
  readonly name: string;
  readonly maxLength: number;
  readonly maxAgeMs: number;
  /** Whether nothing of it, its count included, is kept once it has been quiet for that long: no cursor outlives it. */
  readonly expires: boolean;
}

/** A place in a feed: after the entry with this sequence number and id, or at its beginning (0, ""). */
export interface Position {
  readonly sequence: number;
  /** Tells a feed that was put back to an earlier state, and grew anew, from the one that a cursor was made of. */
  readonly id: string;
}

export interface Entry extends Position {
  /** Never before that of the entry ahead of it. */
  readonly addedAt: Date;
  readonly readAt: Date | null;
  readonly data: string;
  /** The trace of the event that it tells of, where that is recorded. */
  readonly traceparent: string | undefined;
}

export type AppendOutcome = "ADDED" | "KNOWN" | "MUTED" | "CLOSED";

/** Why nothing can be read after a position any more. */
export interface NothingFollows {
  readonly ok: false;
  readonly reason: "POSITION_GONE" | "CLOSED";
}

export interface Feeds {
  /**
   * Adds an entry, in one step with its sequence number, the trimming and the wake-up.
   * @param entry.knownAs dropped if the feed has seen it: an event's id, mostly
   * @param entry.knownForEver remembers `knownAs` for as long as the feed exists, not only while its event may come again
   * @param entry.kind dropped if the feed's owner has muted it
   */
  append(
    feed: Feed,
    entry: { id: string; knownAs: string; knownForEver?: boolean; data: string; kind?: string },
  ): Promise<AppendOutcome>;
  /** What follows a position, oldest first; not ok where the position was trimmed away or never was, or the feed is closed. */
  readAfter(feed: Feed, position: Position, limit: number): Promise<{ ok: true; entries: Entry[] } | NothingFollows>;
  /** Newest first, from `upTo` on; `floor` is the position before the oldest entry that is kept. */
  readBack(feed: Feed, upTo: number, limit: number): Promise<{ floor: Position; entries: Entry[] }>;
  /** The position of the newest entry, and that one's trace. */
  head(feed: Feed): Promise<Position & Pick<Entry, "traceparent">>;
  /** @returns the entry's sequence, or null where there is none of this id */
  markRead(feed: Feed, id: string): Promise<number | null>;
  /** @returns how many were not read */
  markReadUpTo(feed: Feed, sequence: number): Promise<number>;
  /** Of those up to a sequence. */
  countUnread(feed: Feed, upTo: number): Promise<number>;
  /** Empties a feed for ever: what is appended later is dropped. */
  close(feed: Feed): Promise<void>;
  /** The last sequence number of each, null where there is none yet. */
  sequencesOf(names: readonly string[]): Promise<(string | null)[]>;
}

/** A key that lies beside the others of its feed, under one hash tag. */
export function feedKey(prefix: string, feedName: string, part: string): string {
  return `${prefix}:{${feedName}}:${part}`;
}

const forEverMs = Number.MAX_SAFE_INTEGER;

/**
 * @param options.channel where a feed's name is published after each addition
 * @param options.knownEventMs how long a feed remembers what it has seen
 */
export function createFeeds(options: { redis: Redis; prefix: string; channel: string; knownEventMs: number }): Feeds {
  const { redis, prefix, channel, knownEventMs } = options;
  const append = defineScript(redis, "feedAppend", scripts.append);
  const readAfter = defineScript(redis, "feedReadAfter", scripts.readAfter);
  const readBack = defineScript(redis, "feedReadBack", scripts.readBack);
  const head = defineScript(redis, "feedHead", scripts.head);
  const markRead = defineScript(redis, "feedMarkRead", scripts.markRead);
  const markReadUpTo = defineScript(redis, "feedMarkReadUpTo", scripts.markReadUpTo);
  const countUnread = defineScript(redis, "feedCountUnread", scripts.countUnread);

  const keyOf = (name: string, part: string): string => feedKey(prefix, name, part);
  const keysOf = ({ name }: Feed): string[] =>
    ["order", "entries", "known", "state", "read", "muted"].map((part) => keyOf(name, part));
  const limitsOf = (feed: Feed): [number, number] => [Date.now() - feed.maxAgeMs, feed.maxLength];

  return {
    append: async (feed, { id, knownAs, knownForEver = false, data, kind = "" }) => {
      const expireMs = feed.expires ? feed.maxAgeMs : 0;
      const forgetAtMs = knownForEver ? forEverMs : Date.now() + knownEventMs;
      const traceparent = recordedTraceparent();
      const value = traceparent === undefined ? data : `${traceparent} ${data}`;
      const what = [Date.now(), id, knownAs, forgetAtMs, kind, value, expireMs, channel, feed.name];
      return (await append(keysOf(feed), [...limitsOf(feed), ...what])) as AppendOutcome;
    },
    readAfter: async (feed, { sequence, id }, limit) => {
      const answer = (await readAfter(keysOf(feed), [...limitsOf(feed), sequence, id, limit])) as string[];
      if (answer[0] === "GONE") return { ok: false, reason: "POSITION_GONE" };
      if (answer[0] === "CLOSED") return { ok: false, reason: "CLOSED" };
      return { ok: true, entries: toEntries(answer.slice(1)) };
    },
    readBack: async (feed, upTo, limit) => {
      const answer = (await readBack(keysOf(feed), [...limitsOf(feed), upTo, limit])) as string[];
      return { floor: toPosition(answer), entries: toEntries(answer.slice(2)) };
    },
    head: async (feed) => {
      const answer = (await head(keysOf(feed), limitsOf(feed))) as string[];
      const [, , value = ""] = answer;
      return { ...toPosition(answer), traceparent: readValue(value).traceparent };
    },
    markRead: async (feed, id) => {
      const sequence = (await markRead(keysOf(feed), [...limitsOf(feed), id, Date.now()])) as string | null;
      return sequence === null ? null : Number(sequence);
    },
    markReadUpTo: async (feed, sequence) =>
      (await markReadUpTo(keysOf(feed), [...limitsOf(feed), sequence, Date.now()])) as number,
    countUnread: async (feed, upTo) => (await countUnread(keysOf(feed), [...limitsOf(feed), upTo])) as number,
    close: async (feed) => {
      await answersOf(
        redis
          .multi()
          .del(...keysOf(feed))
          .hset(keyOf(feed.name, "state"), "closed", "1"),
      );
    },
    sequencesOf: (names) => {
      const asked = redis.pipeline();
      for (const name of names) asked.hget(keyOf(name, "state"), "sequence");
      return answersOf(asked);
    },
  };
}

function toPosition([sequence = "0", id = ""]: readonly string[]): Position {
  return { sequence: Number(sequence), id };
}

/** @param flat an entry's id, value and read time after the other */
function toEntries(flat: readonly string[]): Entry[] {
  return Array.from({ length: flat.length / 3 }, (_, index) => {
    const [id = "", value = "", readAtMs = ""] = flat.slice(index * 3, index * 3 + 3);
    return { id, ...readValue(value), readAt: readAtMs === "" ? null : new Date(Number(readAtMs)) };
  });
}

const storedValue = /^(\d+) (\d+) (?:(00-[0-9a-f]{32}-[0-9a-f]{16}-01) )?(.*)$/s;

function readValue(value: string): Pick<Entry, "sequence" | "addedAt" | "traceparent" | "data"> {
  const [, sequence = "0", addedAtMs = "0", traceparent, data = ""] = storedValue.exec(value) ?? [];
  return { sequence: Number(sequence), addedAt: new Date(Number(addedAtMs)), traceparent, data };
}
