// The two providers as the contract suite meets them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import Stripe from "stripe";
import { signWebhook, startPaymentsSandbox } from "../../../local/src/payments-sandbox/server";
import { type PaymentProvider } from "../src/payment-provider";
import { createProvider } from "../src/providers/create-provider";
import { event, intent } from "./stripe/objects";
import { recordings } from "./stripe/recordings";
import { secretKey, startReplay } from "./stripe/replay";

export interface OpenDoor {
  readonly provider: PaymentProvider;
  /** The provider, where nothing answers. */
  readonly unreachable: PaymentProvider;
  /** Ends both. @throws where something else was asked of the provider than should be */
  close(): Promise<void>;
}

export interface Door {
  readonly name: string;
  readonly tokens: Readonly<
    Record<"ok" | "declined" | "insufficientFunds" | "lostAnswer" | "pending" | "none", string>
  >;
  /** @param test the case that is about to run */
  open(test: string): Promise<OpenDoor>;
  /** A webhook's body: an authorization with this key has succeeded. */
  webhook(key: string): string;
  sign(body: string, atMs: number, secret?: string): Record<string, string>;
}

const webhookSecret = "a-webhook-secret-for-tests";
const log = createLogger("provider-test");
log.level = "silent";
const timeoutMs = 4_000; // longer than a machine stands still
const nowhere = "http://127.0.0.1:1";

const sandbox: Door = {
  name: "sandbox",
  tokens: {
    ok: "tok_ok",
    declined: "tok_declined",
    insufficientFunds: "tok_insufficient_funds",
    lostAnswer: "tok_timeout_then_ok",
    pending: "tok_pending",
    none: "tok_of_nobody",
  },
  open: async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "payments-"));
    const host = "127.0.0.1";
    const server = await startPaymentsSandbox({ host, port: 0, dataDir, webhookUrl: nowhere, webhookSecret, log });
    const create = (url: string) =>
      createProvider({ payments: { provider: "sandbox", url, webhookSecret }, timeoutMs, log });
    const provider = create(`http://${host}:${server.port}`);
    const unreachable = create(nowhere);
    return {
      provider,
      unreachable,
      close: async () => {
        await Promise.all([provider.stop(), unreachable.stop(), server.stop()]);
        rmSync(dataDir, { recursive: true });
      },
    };
  },
  webhook: (key) => JSON.stringify({ id: "evt_1", type: "authorize.succeeded", key }),
  sign: (body, atMs, secret = webhookSecret) => ({ "sandbox-signature": signWebhook(body, secret, atMs) }),
};

const stripe: Door = {
  name: "stripe",
  tokens: {
    ok: "pm_card_visa",
    declined: "pm_card_visa_chargeDeclined",
    insufficientFunds: "pm_card_visa_chargeDeclinedInsufficientFunds",
    lostAnswer: "pm_card_visa",
    pending: "pm_slow",
    none: "pm_of_nobody",
  },
  open: async (test) => {
    const replay = await startReplay();
    replay.expect(recordings[test] ?? []);
    const create = (url: string) =>
      createProvider({ payments: { provider: "stripe", url, secretKey, webhookSecret }, timeoutMs, log });
    const provider = create(replay.url);
    const unreachable = create(nowhere);
    return {
      provider,
      unreachable,
      close: async () => {
        await Promise.all([provider.stop(), unreachable.stop(), replay.stop()]);
        expect(replay.differences()).toEqual([]);
      },
    };
  },
  webhook: (key) =>
    JSON.stringify(
      event(
        "payment_intent.amount_capturable_updated",
        intent("requires_capture", { metadata: { shop_transaction: key } }),
      ),
    ),
  sign: (payload, atMs, secret = webhookSecret) => ({
    "stripe-signature": Stripe.webhooks.generateTestHeaderString({
      payload,
      secret,
      timestamp: Math.floor(atMs / 1_000),
    }),
  }),
};

export const doors: readonly Door[] = [sandbox, stripe];
