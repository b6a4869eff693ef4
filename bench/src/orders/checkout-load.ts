import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { type LatencySummary, summariseLatencies } from "../load/latencies";
import { type CheckoutLine, orderStatus, payOrder, placeOrder, shippingAddress } from "./checkout-operations";

export interface CheckoutLoad {
  /** A GraphQL endpoint that offers the order subgraph's fields. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Access tokens: buyers take turns. */
  readonly buyers: readonly string[];
  readonly productIds: readonly string[];
  /** CLOSED: so many at once, each buying again when it has paid. OPEN: begun at random moments, so many a second. */
  readonly pace:
    { readonly kind: "CLOSED"; readonly atOnce: number } | { readonly kind: "OPEN"; readonly aSecond: number };
  readonly durationMs: number;
}

export interface CheckoutLoadResult {
  /** Orders that were seen PAID. */
  readonly paid: number;
  /** What kept the others from it, each with how often. */
  readonly failures: Readonly<Record<string, number>>;
  /** From the first checkout until the last is settled: what was begun in time is waited for. */
  readonly elapsedMs: number;
  /** From the moment a checkout was due until its order was seen PAID. */
  readonly checkout: LatencySummary;
  readonly place: LatencySummary;
  readonly pay: LatencySummary;
}

interface OrderPayload {
  readonly order: { readonly id: string; readonly status: string } | null;
  readonly errors: readonly { readonly code: string }[];
}

/** Baskets of one, two and three products, in turn. */
const basketSizes = [1, 2, 3];
const paidLimitMs = 10_000;
const pollMs = 50;

/** Buys for a time, and waits until all that was bought is paid. */
export async function runCheckoutLoad(load: CheckoutLoad): Promise<CheckoutLoadResult> {
  const agent = new Agent({ connections: null, pipelining: 1 });
  const latenciesMs = { checkout: [] as number[], place: [] as number[], pay: [] as number[] };
  const failures: Record<string, number> = {};
  let begun = 0;

  async function ask<Data>(authorization: string, query: string, variables: object): Promise<Data> {
    const { statusCode, body } = await request(load.url, {
      method: "POST",
      dispatcher: agent,
      headers: { "content-type": "application/json", accept: "application/json", authorization, ...load.headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await body.json()) as {
      data?: Data | null;
      errors?: readonly { extensions: { code: string } }[];
    };
    if (!data || errors) throw new CheckoutFailure(errors?.[0]?.extensions.code ?? `status ${statusCode}`);
    return data;
  }

  async function buy(dueAtMs: number): Promise<void> {
    const place = begun++;
    const authorization = `Bearer ${load.buyers[place % load.buyers.length] ?? ""}`;
    const startedAtMs = performance.now();
    const placed = await ask<{ placeOrder: OrderPayload }>(authorization, placeOrder, {
      input: { lines: basketOf(place, load.productIds), shippingAddress, idempotencyKey: randomUUID() },
    });
    const { id: orderId } = requireOrder(placed.placeOrder);
    const placedAtMs = performance.now();
    const paid = await ask<{ payOrder: OrderPayload }>(authorization, payOrder, {
      input: { orderId, paymentToken: "tok_ok", idempotencyKey: randomUUID() },
    });
    let { status } = requireOrder(paid.payOrder);
    while (status !== "PAID") {
      if (performance.now() - placedAtMs > paidLimitMs) throw new CheckoutFailure(`still ${status}`);
      await sleep(pollMs);
      const now = await ask<{ order: { status: string } | null }>(authorization, orderStatus, { id: orderId });
      status = now.order?.status ?? "gone";
    }
    const paidAtMs = performance.now();
    latenciesMs.checkout.push(paidAtMs - dueAtMs);
    latenciesMs.place.push(placedAtMs - startedAtMs);
    latenciesMs.pay.push(paidAtMs - placedAtMs);
  }

  async function buyOrCount(dueAtMs: number): Promise<void> {
    await buy(dueAtMs).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      failures[reason] = (failures[reason] ?? 0) + 1;
    });
  }

  const startedAtMs = performance.now();
  const endsAtMs = startedAtMs + load.durationMs;
  await (load.pace.kind === "CLOSED" ? buyAtOnce(load.pace.atOnce) : buyAtRandom(load.pace.aSecond));
  const elapsedMs = performance.now() - startedAtMs;
  await agent.close();
  return {
    ...{ paid: latenciesMs.checkout.length, failures, elapsedMs },
    checkout: summariseLatencies(latenciesMs.checkout),
    place: summariseLatencies(latenciesMs.place),
    pay: summariseLatencies(latenciesMs.pay),
  };

  async function buyAtOnce(atOnce: number): Promise<void> {
    const buyInTurn = async (): Promise<void> => {
      while (performance.now() < endsAtMs) await buyOrCount(performance.now());
    };
    await Promise.all(Array.from({ length: atOnce }, buyInTurn));
  }

  /** As independent buyers come: gaps are exponentially distributed. One that is begun late counts from when it was due. */
  async function buyAtRandom(aSecond: number): Promise<void> {
    const running: Promise<void>[] = [];
    for (let dueAtMs = startedAtMs; dueAtMs < endsAtMs; dueAtMs -= (Math.log(1 - Math.random()) / aSecond) * 1_000) {
      const waitMs = dueAtMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      running.push(buyOrCount(dueAtMs));
    }
    await Promise.all(running);
  }
}

class CheckoutFailure extends Error {}

/** Spread over all products, so that each is bought as often as any other. */
function basketOf(place: number, productIds: readonly string[]): CheckoutLine[] {
  const size = basketSizes[place % basketSizes.length] ?? 1;
  return Array.from({ length: size }, (_, index) => ({
    productId: productIds[(place * basketSizes.length + index) % productIds.length] ?? "",
    quantity: 1 + (index % 2),
  }));
}

function requireOrder({ order, errors }: OrderPayload): { id: string; status: string } {
  if (order === null || errors.length > 0) throw new CheckoutFailure(errors[0]?.code ?? "no order");
  return order;
}
