import { observeGauges } from "@shop/telemetry";
import { type Redis } from "ioredis";
import { z } from "zod";
import { feedKey } from "../feeds";
import { message } from "../notification";
import { answersOf, defineScript } from "../redis";

const waitingMail = z.object({
  userId: z.string(),
  message,
  occurredAt: z.coerce.date(),
  /** How often it was tried. */
  tries: z.int().min(0),
});
export type WaitingMail = z.infer<typeof waitingMail>;

/** Mails that wait to be sent. */
export interface MailQueue {
  add(mail: WaitingMail, dueAt: Date): Promise<void>;
  /** Takes out some that are due. Nobody else gets them, and who dies with them loses them: none is sent twice. */
  take(limit: number): Promise<WaitingMail[]>;
  /** Notes one that is sent no more. */
  countLost(): Promise<void>;
  /** How many wait, and how many were lost since the queue is there. */
  figures(): Promise<{ waiting: number; lost: number }>;
}

// KEYS: the queue. ARGV: now, limit.
const takeScript = `
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, mail in ipairs(due) do redis.call('ZREM', KEYS[1], mail) end
return due
`;

export function createMailQueue({ redis, prefix }: { redis: Redis; prefix: string }): MailQueue {
  const queueKey = feedKey(prefix, "mail", "queue");
  const lostKey = feedKey(prefix, "mail", "lost");
  const take = defineScript(redis, "takeMails", takeScript);
  return {
    add: async (mail, dueAt) => {
      await answersOf(redis.pipeline().zadd(queueKey, dueAt.getTime(), JSON.stringify(mail)));
    },
    take: async (limit) => {
      const due = (await take([queueKey], [Date.now(), limit])) as string[];
      return due.map((text) => waitingMail.parse(JSON.parse(text)));
    },
    countLost: async () => {
      await answersOf(redis.pipeline().incr(lostKey));
    },
    figures: async () => {
      const [waiting, lost] = await answersOf<number | string | null>(redis.pipeline().zcard(queueKey).get(lostKey));
      return { waiting: Number(waiting), lost: Number(lost) };
    },
  };
}

/** Offers the queue's figures as metrics; the same from every instance. @returns withdraws them */
export function observeMails(queue: MailQueue): () => void {
  const gauges = {
    "shop.mails.waiting": { description: "Mails that wait to be sent", unit: "{mail}" },
    "shop.mails.lost": { description: "Mails that were given up", unit: "{mail}" },
  };
  return observeGauges(gauges, async () => {
    const { waiting, lost } = await queue.figures();
    return [
      { gauge: "shop.mails.waiting", value: waiting, attributes: {} },
      { gauge: "shop.mails.lost", value: lost, attributes: {} },
    ];
  });
}
