import { createHash } from "node:crypto";
import { staffActed, systemAnnounced, toAuditFacts } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { type EventRecord, type OutboxSource, toEventRecord } from "@shop/messaging";
import { isPlainLine, isPlainText } from "@shop/text";
import { type Redis } from "ioredis";
import { z } from "zod";
import { feedKey } from "./feeds";
import { answersOf, defineScript } from "./redis";

export type AnnounceOutcome =
  | { ok: true }
  | { ok: false; reason: "INVALID_INPUT"; problems: { field: string; message: string }[] }
  | { ok: false; reason: "IDEMPOTENCY_KEY_REUSED" };

interface OutboxItem extends EventRecord {
  /** As it lies in Redis. */
  readonly stored: string;
}

export interface Announcements {
  /** Keeps an announcement safe until it is published; it reaches the inboxes by its event. */
  announce(staffId: string, input: { title: string; body: string; idempotencyKey: string }): Promise<AnnounceOutcome>;
  /** What is announced and not published yet. */
  readonly outbox: OutboxSource<OutboxItem>;
}

const keyLifetimeMs = 48 * 3_600_000;

// KEYS: the idempotency key, the outbox. ARGV: hash of the input, lifetime in ms, position, the records.
const announceScript = `
local seen = redis.call('GET', KEYS[1])
if seen then return seen == ARGV[1] and 'SAME' or 'REUSED' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4], ARGV[3], ARGV[5])
return 'ACCEPTED'
`;

const announcement = z.object({
  title: z
    .string()
    .trim()
    .min(1, "Write a title.")
    .max(200, "A title has at most 200 characters.")
    .refine(isPlainLine, "A title is plain text on one line."),
  body: z
    .string()
    .trim()
    .min(1, "Write a text.")
    .max(5_000, "A text has at most 5,000 characters.")
    .refine(isPlainText, "A text is plain, without control characters."),
  idempotencyKey: z.string().min(1, "A key has at least 1 character.").max(128, "A key has at most 128 characters."),
});
const storedRecord = z.object({
  eventId: z.string(),
  topic: z.string(),
  type: z.string(),
  key: z.string(),
  payload: z.string(),
  occurredAt: z.coerce.date(),
  traceparent: z.string().nullable(),
});

export function createAnnouncements(options: { redis: Redis; prefix: string }): Announcements {
  const { redis, prefix } = options;
  const outboxKey = feedKey(prefix, "announcing", "outbox");
  const announce = defineScript(redis, "announce", announceScript);
  let wake: () => void = () => undefined;

  return {
    announce: async (staffId, input) => {
      const parsed = announcement.safeParse(input);
      if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => ({ field: String(path[0]), message }));
        return { ok: false, reason: "INVALID_INPUT", problems };
      }
      const { title, body, idempotencyKey } = parsed.data;
      const announcementId = createId("ann");
      const record = toEventRecord(systemAnnounced, { announcementId, title, body });
      const audited = toEventRecord(staffActed, {
        ...{ actorId: staffId, action: "announcement.made", targetId: announcementId },
        ...{ before: {}, after: toAuditFacts({ title, body }) },
      });
      const key = feedKey(prefix, "announcing", `${staffId}:${hash(idempotencyKey)}`);
      const position = record.occurredAt.getTime();
      const what = [
        hash(JSON.stringify([title, body])),
        keyLifetimeMs,
        position,
        JSON.stringify(record),
        JSON.stringify(audited),
      ];
      if ((await announce([key, outboxKey], what)) === "REUSED") return { ok: false, reason: "IDEMPOTENCY_KEY_REUSED" };
      wake();
      return { ok: true };
    },
    // Each announcement is a key of its own, so that no order has to be kept and no instance must be alone: one that is
    // published by two instances has the same event id, and readers know it.
    outbox: {
      claim: async (limit, exceptKeys) => {
        const [waiting = []] = await answersOf<string[]>(
          redis.pipeline().zrange(outboxKey, 0, limit + exceptKeys.length - 1),
        );
        return waiting
          .map((stored) => ({ ...storedRecord.parse(JSON.parse(stored)), stored }))
          .filter(({ key }) => !exceptKeys.includes(key))
          .slice(0, limit);
      },
      markPublished: async (items) => {
        await answersOf(redis.pipeline().zrem(outboxKey, ...items.map(({ stored }) => stored)));
      },
      release: () => Promise.resolve(),
      backlog: async () => {
        const [waiting = 0, [, oldestAtMs] = []] = (await answersOf<number | string[]>(
          redis.pipeline().zcard(outboxKey).zrange(outboxKey, 0, 0, "WITHSCORES"),
        )) as [number?, string[]?];
        return { waiting, oldestAt: oldestAtMs === undefined ? null : new Date(Number(oldestAtMs)) };
      },
      onWake: (callback) => {
        wake = callback;
      },
      stop: () => Promise.resolve(),
    },
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
