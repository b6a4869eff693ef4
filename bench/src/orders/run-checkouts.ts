import { serviceCredentialHeader } from "@shop/auth";
import { type Call } from "../calls";
import { type CheckoutLoad, type CheckoutLoadResult } from "./checkout-load";
import { type CheckoutHandlers } from "./load-process";
import { type Preparation, prepareCheckouts } from "./preparation";
import { type RunningShop } from "./running-shop";
import { readCpuByName } from "./shop-processes";

/** One run of buyers against one shop. */
export interface CheckoutRun extends CheckoutLoadResult {
  readonly pace: CheckoutLoad["pace"];
  readonly paidPerSecond: number;
  /** CPU milliseconds a paid order, by process; the load generator is among them. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** What all of it used of the cores that it may use, 0 to 1. */
  readonly cpuShare: number;
}

/** Where buyers ask. */
export type Door = "gateway" | "order";

export interface DoorResult {
  readonly door: Door;
  /** Closed loops, by how many buy at once. */
  readonly closed: readonly CheckoutRun[];
  /** Of those, the one that paid most. */
  readonly ceiling: CheckoutRun;
  /** At half of the ceiling's rate. */
  readonly half: CheckoutRun;
}

/** V8 takes some hundred checkouts to compile what matters. */
const warmUpMs = 20_000;
const atOnce = [4, 8, 16, 32];
/** Two: see checkoutCores. */
const cores = 2;

/** Looks for the ceiling of a shop through one of its doors, then for how it does at half of it. */
export async function runCheckouts(door: Door, { shop, load, loadPid, durationMs }: RunOptions): Promise<DoorResult> {
  const prepared = await prepareCheckouts(shop.gatewayUrl);
  const run = (pace: CheckoutLoad["pace"], forMs: number): Promise<CheckoutRun> =>
    measure(door, pace, prepared, { shop, load, loadPid, durationMs: forMs });
  await run({ kind: "CLOSED", atOnce: 8 }, warmUpMs);
  const closed: CheckoutRun[] = [];
  for (const count of atOnce) closed.push(await run({ kind: "CLOSED", atOnce: count }, durationMs));
  const ceiling = closed.reduce((best, next) => (next.paidPerSecond > best.paidPerSecond ? next : best));
  // Twice as long: a p99 needs some hundred orders.
  const half = await run({ kind: "OPEN", aSecond: ceiling.paidPerSecond / 2 }, durationMs * 2);
  return { door, closed, ceiling, half };
}

export interface RunOptions {
  readonly shop: RunningShop;
  readonly load: Call<CheckoutHandlers>;
  readonly loadPid: number;
  readonly durationMs: number;
}

async function measure(
  door: Door,
  pace: CheckoutLoad["pace"],
  { buyers, productIds }: Preparation,
  { shop, load, loadPid, durationMs }: RunOptions,
): Promise<CheckoutRun> {
  const url = door === "gateway" ? shop.gatewayUrl : shop.orderUrl;
  // It may be half a minute old, and lasts for another: no run is longer.
  const headers: Record<string, string> =
    door === "gateway" ? {} : { [serviceCredentialHeader]: await shop.credentialFor("order") };
  const readCpu = (): Map<string, number> =>
    readCpuByName([...shop.processes(), { pid: loadPid, parent: 0, name: "load generator" }]);
  const before = readCpu();
  const result = await load("runCheckoutLoad", { url, headers, buyers, productIds, pace, durationMs });
  const used = [...readCpu()].map(([name, ms]): [string, number] => [name, ms - (before.get(name) ?? 0)]);
  const totalMs = used.reduce((sum, [, ms]) => sum + ms, 0);
  const run: CheckoutRun = {
    ...result,
    pace,
    paidPerSecond: (result.paid / result.elapsedMs) * 1_000,
    cpuMs: Object.fromEntries(used.map(([name, ms]) => [name, ms / result.paid])),
    cpuShare: totalMs / (result.elapsedMs * cores),
  };
  process.stdout.write(`  ${door}, ${describeRun(run)}\n`);
  return run;
}

function describeRun({ pace, paidPerSecond, checkout, cpuMs, cpuShare, failures }: CheckoutRun): string {
  const how = pace.kind === "CLOSED" ? `${pace.atOnce} at once` : `${pace.aSecond.toFixed(1)} a second`;
  const totalMs = Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
  const failed = Object.entries(failures).map(([reason, count]) => `, ${count} × ${reason}`);
  return `${how}: ${paidPerSecond.toFixed(1)}/s, p50 ${checkout.p50Ms.toFixed(0)} ms, p99 ${checkout.p99Ms.toFixed(0)} ms, ${totalMs.toFixed(1)} ms CPU each, ${(cpuShare * 100).toFixed(0)} % of the cores${failed.join("")}`;
}
