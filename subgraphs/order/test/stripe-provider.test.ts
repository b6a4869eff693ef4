// What is Stripe's alone; what every provider has to do is in provider-contract.test.ts.
import { randomUUID } from "node:crypto";
import { createId } from "@shop/ids";
import { createLogger } from "@shop/telemetry";
import Stripe from "stripe";
import { type PaymentProvider } from "../src/payment-provider";
import { createStripeProvider } from "../src/providers/stripe";
import { someone, startShop } from "./shop";
import { declined, event, failure, intent, intentId, refund as refundOf } from "./stripe/objects";
import {
  authorized,
  captured,
  changed,
  confirmed,
  listedRefunds,
  opened,
  refunded,
  retrieved,
  searched,
} from "./stripe/recordings";
import { type Replay, secretKey, startReplay } from "./stripe/replay";

const webhookSecret = "a-webhook-secret-for-tests";
const log = createLogger("stripe-test");
log.level = "silent";
const amount = { amountMinor: 500, currency: "EUR" };
const failed = (failureCode: string) => ({ status: "FAILED", failureCode });

let replay: Replay;
let stripe: PaymentProvider;
beforeEach(async () => {
  replay = await startReplay();
  stripe = createStripeProvider({ secretKey, webhookSecret, url: replay.url, timeoutMs: 5_000, log });
});
afterEach(async () => {
  await Promise.all([stripe.stop(), replay.stop()]);
  expect(replay.differences()).toEqual([]);
});

const authorize = (token: string, key = "pay-1") => stripe.authorize({ key, amount, token });
const capture = () => stripe.capture({ key: "capture-1", authorization: intentId });
const refund = () => stripe.refund({ key: "refund-1", authorization: intentId, amount });

describe("an amount", () => {
  it.each([
    ["EUR", 1_999, 1_999],
    ["JPY", 500, 500],
    ["KWD", 5_120, 5_120],
    ["ISK", 5, 500],
    ["UGX", 5, 500],
    ["MGA", 500, 5],
  ])("of %s %i is %i to Stripe", async (currency, amountMinor, units) => {
    const gone = failure({ type: "invalid_request_error", code: "amount_too_small", param: "amount" });
    replay.expect([{ ...opened("pay-1", String(units), currency.toLowerCase()), answer: { status: 400, body: gone } }]);
    const outcome = await stripe.authorize({ key: "pay-1", amount: { amountMinor, currency }, token: "pm_card_visa" });
    expect(outcome).toEqual(failed("amount_refused"));
  });

  it.each([
    ["KWD", 5_124],
    ["MGA", 505],
  ])("of %s %i cannot be charged, and Stripe is not asked", async (currency, amountMinor) => {
    const money = { amountMinor, currency };
    expect(await stripe.authorize({ key: "pay-1", amount: money, token: "pm_card_visa" })).toEqual(
      failed("amount_refused"),
    );
    expect(await stripe.find({ key: "pay-1", amount: money })).toEqual(failed("amount_refused"));
  });
});

describe("an authorization", () => {
  it("takes a confirmation token too", async () => {
    const [open, confirm] = authorized("pay-1");
    if (open === undefined || confirm === undefined) throw new Error("an authorization is two requests");
    const fields = { confirmation_token: "ctoken_1", error_on_requires_action: "true" };
    replay.expect([open, { ...confirm, fields }]);
    expect(await authorize("ctoken_1")).toEqual({ status: "SUCCEEDED", reference: intentId });
  });

  it("is declined where the customer would have to authenticate it", async () => {
    const { body } = declined("authentication_required");
    replay.expect([
      opened("pay-1"),
      confirmed("pay-1", "pm_card_authenticationRequired", { status: 402, body }),
      opened("pay-1"),
      retrieved(intent("requires_action")),
    ]);
    expect(await authorize("pm_card_authenticationRequired")).toEqual(failed("authentication_required"));
    expect(await stripe.find({ key: "pay-1", amount })).toEqual(failed("authentication_required"));
  });

  it.each(["fraudulent", "stolen_card", "do_not_honor"])(
    "tells the customer no more of %s than a decline",
    async (code) => {
      replay.expect([
        opened("pay-1"),
        confirmed("pay-1", "pm_1", { status: 402, body: declined("card_declined", code).body }),
      ]);
      expect(await authorize("pm_1")).toEqual(failed("card_declined"));
    },
  );

  it("is found by its metadata when Stripe has forgotten the key", async () => {
    const older = intent("requires_capture", { id: "pi_of_two_days_ago" });
    const untried = intent("requires_payment_method");
    replay.expect([opened("pay-1"), retrieved(untried), searched("pay-1", [untried, older])]);
    expect(await stripe.find({ key: "pay-1", amount })).toEqual({ status: "SUCCEEDED", reference: older.id });
  });
});

it("asks what a capture has come to that Stripe was still about", async () => {
  const slow = { status: 200, body: intent("processing") };
  replay.expect([
    changed("capture", "capture-1", slow),
    retrieved(intent("processing")),
    changed("capture", "capture-1", slow),
    retrieved(intent("succeeded")),
  ]);
  expect(await capture()).toEqual({ status: "PENDING" });
  expect(await capture()).toEqual({ status: "SUCCEEDED", reference: intentId });
});

it("asks again for a refund that is under way, and makes no second", async () => {
  const metadata = { shop_transaction: "refund-1" };
  replay.expect([
    listedRefunds([refundOf("re_1", 500, { status: "pending", metadata })]),
    listedRefunds([refundOf("re_1", 500, { metadata })]),
    listedRefunds([refundOf("re_1", 500, { status: "failed", metadata })]),
  ]);
  expect(await refund()).toEqual({ status: "PENDING" });
  expect(await refund()).toEqual({ status: "SUCCEEDED", reference: "re_1" });
  expect(await refund()).toEqual(failed("provider_refused"));
});

it.each([
  [401, { type: "authentication_error" as const, message: "Invalid API Key provided: sk_test_***********only" }],
  [403, { type: "invalid_request_error" as const }],
  [409, { type: "idempotency_error" as const, code: "idempotency_key_in_use" }],
  [429, { type: "rate_limit_error" as const, code: "lock_timeout" }],
  [500, { type: "api_error" as const }],
  [503, { type: "api_error" as const }],
])("does not know what came of what was answered with %i", async (status, error) => {
  replay.expect([changed("capture", "capture-1", { status, body: failure(error) })]);
  expect(await capture()).toMatchObject({ status: "UNKNOWN" });
});

it("takes webhooks of others, and finds nothing of ours in them", () => {
  const payload = JSON.stringify(event("payment_intent.succeeded", intent("succeeded")));
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: webhookSecret });
  const reading = stripe.readWebhook({ "stripe-signature": signature }, Buffer.from(payload));
  expect(reading).toEqual({ authentic: true, key: null });
});

it("pays an order and gives a part back, with the service's own keys", async () => {
  const payments = { provider: "stripe" as const, url: replay.url, secretKey, webhookSecret };
  const shop = await startShop({ payments, providerTimeoutMs: 5_000 });
  try {
    replay.expect([
      ...authorized("<pay>"),
      captured("<capture>"),
      listedRefunds([]),
      refunded("<refund>", 200, { status: 200, body: refundOf("re_1", 200) }),
    ]);
    const ada = someone();
    const kettle = createId("prd");
    shop.inventory.add(kettle, { stock: 1, priceMinor: 500 });
    const { id } = await shop.placed(ada, { [kettle]: 1 });
    const { payment, order, errors } = await shop.pay(ada, id, "pm_card_visa", randomUUID());
    expect({ payment, order, errors }).toMatchObject({
      payment: { status: "CAPTURED", provider: "stripe" },
      order: { status: "PAID" },
      errors: [],
    });
    const given = await shop.refund(someone("STAFF"), payment?.id ?? "", { amountMinor: 200 });
    expect(given).toMatchObject({
      payment: { status: "PARTIALLY_REFUNDED", refunded: { amountMinor: 200 } },
      errors: [],
    });

    const send = (payload: string, secret: string, provider = "stripe") =>
      fetch(`${shop.serviceUrl}/v1/payment-webhooks/${provider}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "stripe-signature": Stripe.webhooks.generateTestHeaderString({ payload, secret }),
        },
        body: payload,
      });
    const ours = intent("succeeded", { metadata: { shop_transaction: payment?.transactions[0]?.id ?? "" } });
    const told = JSON.stringify(event("payment_intent.succeeded", ours));
    const others = JSON.stringify(event("payment_intent.succeeded", intent("succeeded")));
    expect((await send(told, webhookSecret)).status).toBe(204);
    expect((await send(others, webhookSecret)).status).toBe(204);
    expect((await send(told, "another-secret-than-ours")).status).toBe(400);
    expect((await send(told, webhookSecret, "sandbox")).status).toBe(404);
  } finally {
    await shop.stop();
  }
});
