import { createHmac } from "node:crypto";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { request } from "undici";
import { openJournal } from "./journal";
import { type Operation } from "./ledger";

interface WebhookEvent {
  readonly id: string;
  /** For example authorize.succeeded. */
  readonly type: string;
  /** The merchant's key of the operation. */
  readonly key: string;
}

interface Attempt {
  readonly event: WebhookEvent;
  /** What was waited before it, in milliseconds. */
  readonly delayMs: number;
}

// So that the answer to the call that caused it is usually there first, as with providers far away.
const firstDelayMs = 250;
const longestDelayMs = 30_000;
const timeoutMs = 10_000;
// A merchant that was down for long is not met with everything at once.
const maxAtOnce = 16;

/** Tells the merchant of settled operations, each again and again until it answers 2xx. */
export interface WebhookSender {
  /** Does nothing where the merchant has been told, before a restart for instance. */
  send(operation: Operation): void;
  stop(): void;
}

/**
 * Only what was delivered is noted: what is yet to be is known from the ledger, so that nothing is lost by a kill between
 * an operation and its webhook.
 */
export function startWebhookSender(options: {
  dataDir: string;
  url: string;
  secret: string;
  log: Logger;
}): WebhookSender {
  const { log } = options;
  const delivered = new Set<string>();
  const journal = openJournal<{ delivered: string }>(join(options.dataDir, "webhooks.jsonl"), (entry) => {
    delivered.add(entry.delivered);
  });
  const timers = new Set<NodeJS.Timeout>();
  const due: Attempt[] = [];
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // as many as there are deliveries at once
  let inFlight = 0;

  function schedule(event: WebhookEvent, delayMs: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      due.push({ event, delayMs });
      deliverDue();
    }, delayMs);
    timers.add(timer);
  }

  function deliverDue(): void {
    while (inFlight < maxAtOnce && !stopping.signal.aborted) {
      const attempt = due.shift();
      if (attempt === undefined) return;
      inFlight++;
      void deliver(attempt).finally(() => {
        inFlight--;
        deliverDue();
      });
    }
  }

  async function deliver({ event, delayMs }: Attempt): Promise<void> {
    const body = JSON.stringify(event);
    try {
      const answer = await request(options.url, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", "sandbox-signature": sign(body, options.secret) },
        signal: stopping.signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      await answer.body.dump();
      if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`answered ${answer.statusCode}`);
      if (stopping.signal.aborted) return; // it is told once more after the restart
      journal.append({ delivered: event.id });
      delivered.add(event.id);
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.debug({ err: error, event: event.id }, "a webhook is sent again later");
      schedule(event, Math.min(delayMs * 2, longestDelayMs));
    }
  }

  return {
    send: ({ id, key, kind, status }) => {
      const event = { id: `evt_${id}`, type: `${kind}.${status}`, key };
      if (!delivered.has(event.id)) schedule(event, firstDelayMs);
    },
    stop: () => {
      stopping.abort();
      for (const timer of timers) clearTimeout(timer);
      journal.close();
    },
  };
}

/** `t=<time in ms>,v1=<hex HMAC-SHA256 of "time.body">`: the time is signed too, so that an old one is known as such. */
export function sign(body: string, secret: string, atMs = Date.now()): string {
  return `t=${atMs},v1=${createHmac("sha256", secret).update(`${atMs}.${body}`).digest("hex")}`;
}
