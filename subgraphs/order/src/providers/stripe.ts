import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { type Logger } from "@shop/telemetry";
import Stripe from "stripe";
import { z } from "zod";
import { type Money } from "../money";
import { type PaymentProvider, type ProviderOutcome } from "../payment-provider";
import { type StripeAmount, toStripeAmount } from "./stripe-amounts";
import {
  authorizationOutcome,
  captureOutcome,
  errorOutcome,
  isUnexpectedState,
  refundOutcome,
  toLoggable,
  voidOutcome,
  wasConfirmed,
} from "./stripe-outcomes";

// What the requests in here were written against, whatever the account's own default is.
const apiVersion = "2026-10-28.endive";
// A webhook that was overheard is of no use for longer than this, in seconds.
const webhookToleranceS = 300;
// Our key, on the PaymentIntents and refunds themselves: Stripe forgets idempotency keys after a day.
const keyName = "shop_transaction";

const webhook = z.object({ data: z.object({ object: z.object({ metadata: z.object({ [keyName]: z.string() }) }) }) });

/** Within which a request has to be answered, in milliseconds. */
type Limit = () => { readonly timeout: number };

/**
 * Stripe. A payment is a PaymentIntent that is captured by hand: it is made with our key, which moves nothing, and then
 * confirmed, which holds the money. So what came of an authorization can be told for certain without making another.
 * @param options.url another host than Stripe's own, for tests
 * @param options.timeoutMs for one operation, however many requests it takes
 */
export function createStripeProvider(options: {
  secretKey: string;
  webhookSecret: string;
  url: string;
  timeoutMs: number;
  log: Logger;
}): PaymentProvider {
  const { protocol, hostname: host, port } = new URL(options.url);
  const isPlain = protocol === "http:";
  const httpAgent = isPlain ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true });
  const stripe = new Stripe(options.secretKey, {
    apiVersion,
    httpAgent,
    protocol: isPlain ? "http" : "https",
    host,
    ...(port === "" ? {} : { port }),
    maxNetworkRetries: 0, // settlement asks again, and remembers that it does
    telemetry: false,
  });
  const { paymentIntents, refunds } = stripe;

  /** Runs an operation within the time that it has. Refusals that only a mistake of ours explains are logged. */
  async function attempt<Outcome extends ProviderOutcome | null>(operation: (limit: Limit) => Promise<Outcome>) {
    const endsAtMs = Date.now() + options.timeoutMs;
    try {
      return await operation(() => ({ timeout: Math.max(1, endsAtMs - Date.now()) }));
    } catch (error) {
      const outcome = errorOutcome(error);
      if (outcome.status === "FAILED" && outcome.failureCode === "provider_refused") {
        options.log.error({ err: toLoggable(error) }, "Stripe refused a request");
      }
      return outcome;
    }
  }

  async function attemptOf<Outcome extends ProviderOutcome | null>(
    money: Money,
    operation: (amount: StripeAmount, limit: Limit) => Promise<Outcome>,
  ) {
    const amount = toStripeAmount(money);
    if (amount === null) return { status: "FAILED", failureCode: "amount_refused" } as const;
    return attempt((limit) => operation(amount, limit));
  }

  /** The PaymentIntent of an authorization, as it was when it was made: for a day, repeating this finds it. */
  function open(key: string, amount: StripeAmount, limit: Limit): Promise<Stripe.PaymentIntent> {
    return paymentIntents.create(
      {
        ...amount,
        capture_method: "manual",
        // No client of ours could follow a redirect.
        automatic_payment_methods: { enabled: true, allow_redirects: "never" },
        metadata: { [keyName]: key },
      },
      { idempotencyKey: key, ...limit() },
    );
  }

  /**
   * What a PaymentIntent has come to by a change. A change that was made before is refused, and a repeated request is
   * answered with what was true at the first: in both cases the PaymentIntent itself is asked.
   */
  async function changed(id: string, change: Promise<Stripe.PaymentIntent>, limit: Limit) {
    try {
      const intent = await change;
      if (intent.status !== "processing") return intent;
    } catch (error) {
      if (!isUnexpectedState(error)) throw error;
    }
    return paymentIntents.retrieve(id, {}, limit());
  }

  async function findRefund(intentId: string, key: string, limit: Limit): Promise<Stripe.Refund | undefined> {
    for await (const refund of refunds.list({ payment_intent: intentId, limit: 100 }, limit())) {
      if (refund.metadata?.[keyName] === key) return refund;
    }
    return undefined;
  }

  return {
    name: "stripe",
    authorize: ({ key, amount: money, token }) =>
      attemptOf(money, async (amount, limit) => {
        const { id } = await open(key, amount, limit);
        const means = token.startsWith("ctoken_") ? { confirmation_token: token } : { payment_method: token };
        // What the customer would have to authenticate is declined: paying has no step in which that could be done.
        const request = { ...means, error_on_requires_action: true };
        const confirmation = paymentIntents.confirm(id, request, { idempotencyKey: `${key}-confirm`, ...limit() });
        return authorizationOutcome(await changed(id, confirmation, limit));
      }),
    find: ({ key, amount: money }) =>
      attemptOf(money, async (amount, limit) => {
        const { id } = await open(key, amount, limit);
        const intent = await paymentIntents.retrieve(id, {}, limit());
        if (wasConfirmed(intent)) return authorizationOutcome(intent);
        // It was not begun, or so long ago that its key is forgotten. The search lags by minutes, never by a day.
        const { data } = await paymentIntents.search({ query: `metadata['${keyName}']:'${key}'` }, limit());
        const older = data.find(wasConfirmed);
        return older === undefined ? null : authorizationOutcome(older);
      }),
    capture: ({ key, authorization: id }) =>
      attempt(async (limit) => {
        const capture = paymentIntents.capture(id, {}, { idempotencyKey: key, ...limit() });
        return captureOutcome(await changed(id, capture, limit));
      }),
    void: ({ key, authorization: id }) =>
      attempt(async (limit) => {
        const cancellation = paymentIntents.cancel(id, {}, { idempotencyKey: key, ...limit() });
        return voidOutcome(await changed(id, cancellation, limit));
      }),
    refund: ({ key, authorization: id, amount: money }) =>
      attemptOf(money, async ({ amount }, limit) => {
        // A repeated request would give back twice once its key is forgotten.
        const made = await findRefund(id, key, limit);
        const request = { payment_intent: id, amount, metadata: { [keyName]: key } };
        return refundOutcome(made ?? (await refunds.create(request, { idempotencyKey: key, ...limit() })));
      }),
    readWebhook: (headers, rawBody) => {
      try {
        const signature = headers["stripe-signature"] ?? "";
        const event = stripe.webhooks.constructEvent(rawBody, signature, options.webhookSecret, webhookToleranceS);
        const { data } = webhook.safeParse(event);
        return { authentic: true, key: data?.data.object.metadata[keyName] ?? null };
      } catch {
        return { authentic: false };
      }
    },
    stop: () => {
      httpAgent.destroy();
      return Promise.resolve();
    },
  };
}
