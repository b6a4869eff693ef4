import { type Call } from "../calls";
import { type RunningShop } from "../orders/running-shop";
import { readCpuByName } from "../orders/shop-processes";
import { type NotificationHandlers } from "./load-process";
import { type OrderEventsResult } from "./order-events";
import { type ProductEventsRun } from "./product-events";

export interface Measuring {
  readonly shop: RunningShop;
  readonly call: Call<NotificationHandlers>;
  readonly loadPid: number;
  /** An Authorization header. */
  readonly staff: string;
  readonly productId: string;
  readonly forMs: number;
}

export type OrdersRun = OrderEventsResult & { readonly subscribers: number; readonly orders: number };

/** One run, with what it used. */
export interface CeilingRun extends ProductEventsRun {
  /** CPU microseconds a delivery, by process; the load generator is among them. */
  readonly cpuUs: Readonly<Record<string, number>>;
}

/** Changes a second that are tried, one after another, until p99 passes the bar. */
const paces = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30];
export const mostP99Ms = 250;
/** For V8 to compile what matters. At the first pace that is measured: what a faster one left undone would be measured with it. */
const warmUp = { aSecond: 0.5, forMs: 20_000 };

export async function measureOrders(
  { shop, call, productId }: Measuring,
  { viewers, orders }: { viewers: readonly string[]; orders: number },
): Promise<OrdersRun> {
  const url = shop.gatewayUrl;
  const result = await call("runOrderEvents", { url, socketUrl: socketUrlOf(url), viewers, productId, orders });
  const { p50Ms, p99Ms, received } = result;
  process.stdout.write(
    `  order to customer, ${viewers.length} subscribed: ${received} of ${orders}, p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms\n`,
  );
  return { ...result, subscribers: viewers.length, orders };
}

/** Subscribers to one product, whose stock changes faster and faster. */
export async function findCeiling(
  measuring: Measuring,
  { authorizations }: { authorizations: readonly (string | null)[] },
): Promise<CeilingRun[]> {
  const { shop, call, staff, productId, forMs } = measuring;
  const url = shop.gatewayUrl;
  await call("openProductEvents", { url, socketUrl: socketUrlOf(url), staff, productId, authorizations });
  await call("runProductEvents", warmUp);
  const runs: CeilingRun[] = [];
  for (const aSecond of paces) {
    const before = readCpu(measuring);
    const run = await call("runProductEvents", { aSecond, forMs });
    const used = [...readCpu(measuring)].map(([name, ms]): [string, number] => [name, ms - (before.get(name) ?? 0)]);
    const cpuUs = Object.fromEntries(used.map(([name, ms]) => [name, (ms * 1_000) / run.deliveries]));
    runs.push({ ...run, cpuUs });
    process.stdout.write(
      `  ${authorizations[0] === null ? "anonymous" : "different viewers"}, ${aSecond} changes a second: ${run.deliveriesPerSecond.toFixed(0)} deliveries/s, p50 ${run.p50Ms.toFixed(0)} ms, p99 ${run.p99Ms.toFixed(0)} ms, gateway ${cpuUs["gateway"]?.toFixed(0) ?? ""} µs each\n`,
    );
    if (run.p99Ms > mostP99Ms) break;
  }
  await call("closeProductEvents");
  return runs;
}

export function socketUrlOf(url: string): string {
  return url.replace(/^http/, "ws");
}

function readCpu({ shop, loadPid }: Measuring): Map<string, number> {
  return readCpuByName([...shop.processes(), { pid: loadPid, parent: 0, name: "load generator" }]);
}
