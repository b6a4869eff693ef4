import { createHmac, randomUUID } from "node:crypto";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { openJournal } from "./journal";
import { type Operation } from "./ledger";

interface WebhookEvent {
  readonly id: string;
  /** For example authorize.succeeded. */
  readonly type: string;
  /** The merchant's key of the operation. */
  readonly key: string;
}

type Entry = { readonly queued: WebhookEvent } | { readonly delivered: string };

// So that the answer to the call that caused it is usually there first, as with providers far away.
const firstDelayMs = 250;
const longestDelayMs = 30_000;
const timeoutMs = 10_000;

/** Tells the merchant of each settled operation, again and again until it answers 2xx, over restarts too. */
export interface WebhookSender {
  send(operation: Operation): void;
  stop(): void;
}

export function startWebhookSender(options: {
  dataDir: string;
  url: string;
  secret: string;
  log: Logger;
}): WebhookSender {
  const { log } = options;
  const waiting = new Map<string, WebhookEvent>();
  const timers = new Set<NodeJS.Timeout>();
  const stopping = new AbortController();
  const journal = openJournal<Entry>(join(options.dataDir, "webhooks.jsonl"), (entry) => {
    if ("queued" in entry) waiting.set(entry.queued.id, entry.queued);
    else waiting.delete(entry.delivered);
  });

  function schedule(event: WebhookEvent, delayMs: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      void deliver(event, delayMs);
    }, delayMs);
    timers.add(timer);
  }

  async function deliver(event: WebhookEvent, delayMs: number): Promise<void> {
    const body = JSON.stringify(event);
    try {
      const response = await fetch(options.url, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", "sandbox-signature": sign(body, options.secret) },
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`answered ${response.status}`);
      if (stopping.signal.aborted) return; // it is told once more after the restart
      journal.append({ delivered: event.id });
      waiting.delete(event.id);
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.debug({ err: error, event: event.id }, "a webhook is sent again later");
      schedule(event, Math.min(delayMs * 2, longestDelayMs));
    }
  }

  for (const event of waiting.values()) schedule(event, firstDelayMs);
  return {
    send: (operation) => {
      const event = { id: randomUUID(), type: `${operation.kind}.${operation.status}`, key: operation.key };
      journal.append({ queued: event });
      waiting.set(event.id, event);
      schedule(event, firstDelayMs);
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
