import { isSurelyNotTaken, type Mailer } from "@shop/mailer";
import { type Logger } from "@shop/telemetry";
import { type Message } from "../notification";
import { type Readers } from "../readers";
import { type MailAddressOf } from "./mail-addresses";
import { type MailQueue, type WaitingMail } from "./mail-queue";
import { toNotificationMail } from "./notification-mail";

/** Notifications by e-mail, to those who asked for it, each at most once. */
export interface MailChannel {
  /** Queues a mail of a notification that came into an inbox just now, where its user wants one. */
  offer(userId: string, notification: { message: Message; occurredAt: Date }): Promise<void>;
  /** Sends what is due; of a long queue as much as a few seconds take. */
  send(): Promise<void>;
}

const atOnce = 10;
/** Who stops the service waits for no more than that. */
const turnMs = 5_000;
const maxTries = 8;
const firstRetryMs = 5_000;
const maxRetryMs = 300_000;
/** Nobody wants to hear of it by mail later: an event that is read again after a loss, or a mail that nobody would take. */
const maxAgeMs = 3_600_000;

export function createMailChannel(deps: {
  queue: MailQueue;
  readers: Pick<Readers, "preferencesOf">;
  addressOf: MailAddressOf;
  mailer: Mailer;
  publicUrl: string;
  log: Logger;
}): MailChannel {
  const { queue, readers, addressOf, mailer, publicUrl, log } = deps;

  async function deliver(mail: WaitingMail): Promise<void> {
    const { userId, message, occurredAt, tries } = mail;
    const { email, muted } = await readers.preferencesOf(userId);
    if (!email || muted.includes(message.kind)) return; // they changed their mind meanwhile
    const isTooOld = Date.now() - occurredAt.getTime() > maxAgeMs;
    if (isTooOld || tries >= maxTries) {
      await lose(mail, isTooOld ? "it is too old" : "nobody took it");
      return;
    }
    let to: string | null;
    try {
      to = await addressOf(userId);
    } catch (error) {
      await retryLater(mail, error);
      return;
    }
    if (to === null) return;
    try {
      const sent = await mailer.send(toNotificationMail({ message, to, publicUrl }));
      if (!sent.ok) await lose(mail, "the mail server refuses it for good");
    } catch (error) {
      // A server that fell silent may have it, and would have it twice.
      if (isSurelyNotTaken(error)) await retryLater(mail, error);
      else await lose(mail, "the mail server fell silent");
    }
  }

  async function retryLater(mail: WaitingMail, error: unknown): Promise<void> {
    const tries = mail.tries + 1;
    const waitMs = Math.min(firstRetryMs * 2 ** mail.tries, maxRetryMs);
    // Its code alone: a server's answer may repeat the address.
    const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
    log.warn({ userId: mail.userId, code, responseCode, tries, waitMs }, "a notification's mail waits");
    await queue.add({ ...mail, tries }, new Date(Date.now() + waitMs));
  }

  async function lose({ userId, message, tries }: WaitingMail, reason: string): Promise<void> {
    log.error({ userId, kind: message.kind, tries, reason }, "a notification's mail is given up");
    await queue.countLost();
  }

  return {
    offer: async (userId, { message, occurredAt }) => {
      if (Date.now() - occurredAt.getTime() > maxAgeMs) return;
      if ((await readers.preferencesOf(userId)).email) {
        await queue.add({ userId, message, occurredAt, tries: 0 }, new Date());
      }
    },
    send: async () => {
      const endsAtMs = Date.now() + turnMs;
      let taken: WaitingMail[];
      do {
        taken = await queue.take(atOnce);
        await Promise.all(taken.map(deliver));
      } while (taken.length === atOnce && Date.now() < endsAtMs);
    },
  };
}
