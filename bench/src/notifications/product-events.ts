import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type LatencySummary, summariseLatencies } from "../load/latencies";
import { createAsk } from "./ask";
import { openSockets } from "./sockets";

export interface ProductEventsLoad {
  readonly url: string;
  readonly socketUrl: string;
  readonly staff: string;
  readonly productId: string;
  /** One subscriber for each. */
  readonly authorizations: readonly (string | null)[];
}

export interface ProductEventsRun extends LatencySummary {
  readonly changesPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly deliveries: number;
  /** Changes that a subscriber was told of together with the next. */
  readonly merged: number;
  /** Deliveries with errors. */
  readonly failed: number;
  /** Subscribers who did not know the last change in the end. */
  readonly missed: number;
}

const query = "subscription OneProduct($id: ID!) { productUpdated(productId: $id) { id name available } }";
const adjust = `mutation Sell($input: AdjustStockInput!) {
  adjustStock(input: $input) { product { available } errors { code } }
}`;
const lastLimitMs = 10_000;
const maxTries = 10;
const retryMs = 500;

/** Subscribers to one product, each told how many of it are there. */
export async function openProductEvents(load: ProductEventsLoad) {
  const { productId, authorizations, staff } = load;
  const ask = createAsk(load.url);
  const count = authorizations.length;
  /** What each subscriber knows to be available. */
  const known = new Array<number>(count).fill(Number.NaN);
  /** When each number of available ones was asked for, by that number. */
  const changedAtMs = new Map<number, number>();
  let latenciesMs: number[] = [];
  let merged = 0;
  let failed = 0;
  const close = await openSockets({
    url: load.socketUrl,
    authorizations,
    subscription: { query, variables: { id: productId } },
    onData: (data, socket) => {
      const { available } = data["productUpdated"] as { available: number };
      const before = known[socket] ?? Number.NaN;
      known[socket] = available;
      // It falls by one with each change. The oldest that this tells of counts.
      const changedAt = changedAtMs.get(before - 1);
      if (changedAt === undefined || available >= before) return;
      latenciesMs.push(performance.now() - changedAt);
      merged += before - available - 1;
    },
    onFailure: () => {
      failed += 1;
    },
  });
  while (known.some(Number.isNaN)) await sleep(50);
  let available = known[0] ?? 0;

  async function change(): Promise<void> {
    available -= 1;
    changedAtMs.set(available, performance.now());
    const input = { productId, delta: -1, reason: "benchmark", idempotencyKey: randomUUID() };
    for (let tries = 1; ; tries++) {
      try {
        const { adjustStock } = await ask<{ adjustStock: { errors: readonly object[] } }>(adjust, { input }, staff);
        if (adjustStock.errors.length === 0) return;
      } catch (error) {
        if (tries === maxTries) throw error;
      }
      await sleep(retryMs); // with the same key: it changes once
    }
  }

  return {
    close,
    /** So many changes a second for a time; what was begun in time is waited for. */
    run: async ({ aSecond, forMs }: { aSecond: number; forMs: number }): Promise<ProductEventsRun> => {
      latenciesMs = [];
      merged = 0;
      failed = 0;
      const changes = Math.round((aSecond * forMs) / 1_000);
      const startedAtMs = performance.now();
      const running: Promise<void>[] = [];
      for (let number = 0; number < changes; number++) {
        const waitMs = startedAtMs + (number * 1_000) / aSecond - performance.now();
        if (waitMs > 0) await sleep(waitMs);
        running.push(change());
      }
      await Promise.all(running);
      const knowsAll = (one: number): boolean => one === available;
      const deadlineMs = performance.now() + lastLimitMs;
      while (!known.every(knowsAll) && performance.now() < deadlineMs) await sleep(10);
      const elapsedMs = performance.now() - startedAtMs;
      return {
        changesPerSecond: aSecond,
        deliveriesPerSecond: (latenciesMs.length / elapsedMs) * 1_000,
        deliveries: latenciesMs.length,
        merged,
        failed,
        missed: known.filter((one) => !knowsAll(one)).length,
        ...summariseLatencies(latenciesMs),
      };
    },
  };
}
