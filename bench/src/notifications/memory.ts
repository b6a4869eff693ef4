import { setTimeout as sleep } from "node:timers/promises";
import { readResidentMemory } from "../process-statistics";
import { type Measuring, socketUrlOf } from "./measurements";

/** Resident memory of one process, in MB. */
export interface MemoryRun {
  readonly door: "notification" | "gateway";
  readonly sockets: number;
  readonly beforeMb: number;
  readonly withMb: number;
}

const own = { query: "subscription OwnNotifications { notificationReceived { id title } }" };
const product = "subscription OneProduct($id: ID!) { productUpdated(productId: $id) { id } }";
const settleMs = 10_000;

/** Sockets that subscribe and hear nothing. */
export async function measureIdleSockets(
  measuring: Measuring,
  { sockets, viewers }: { sockets: number; viewers: readonly string[] },
): Promise<MemoryRun[]> {
  const authorizations = Array.from({ length: sockets }, (_, index) => viewers[index % viewers.length] ?? "");
  const runs: MemoryRun[] = [];
  for (const door of ["notification", "gateway"] as const) {
    runs.push(await measure(measuring, { door, authorizations, subscription: own }, () => sleep(settleMs)));
  }
  return runs;
}

/** Sockets that subscribe to a product that changes on and on, and take nothing off the line. */
export async function measureSilentReaders(
  measuring: Measuring,
  { sockets, changes }: { sockets: number; changes: number },
): Promise<MemoryRun[]> {
  const { call, shop, staff, productId } = measuring;
  const subscription = { query: product, variables: { id: productId } };
  const authorizations = Array.from({ length: sockets }, () => null);
  const url = shop.gatewayUrl;
  const runs: MemoryRun[] = [];
  for (const door of ["notification", "gateway"] as const) {
    const open = { door, authorizations, subscription, neverReads: true };
    runs.push(
      await measure(measuring, open, async () => {
        const reader = { url, socketUrl: socketUrlOf(url), staff, productId, authorizations: [null] };
        await call("openProductEvents", reader);
        await call("runProductEvents", { aSecond: changes / 10, forMs: 10_000 });
        await call("closeProductEvents");
      }),
    );
  }
  return runs;
}

async function measure(
  { shop, call }: Measuring,
  options: {
    door: MemoryRun["door"];
    authorizations: readonly (string | null)[];
    subscription: { query: string; variables?: object };
    neverReads?: boolean;
  },
  meanwhile: () => Promise<unknown>,
): Promise<MemoryRun> {
  const { door, authorizations, subscription, neverReads = false } = options;
  const pid = shop.processes().find(({ name }) => name === door)?.pid;
  if (pid === undefined) throw new Error(`The shop runs no ${door}.`);
  const url = socketUrlOf(door === "gateway" ? shop.gatewayUrl : shop.notificationUrl);
  const beforeMb = readResidentMemory(pid).nowMb;
  await call("openSockets", { url, authorizations, subscription, neverReads });
  await meanwhile();
  const withMb = readResidentMemory(pid).nowMb;
  await call("closeSockets");
  const what = neverReads ? "that never read" : "idle";
  process.stdout.write(
    `  ${door}, ${authorizations.length} sockets ${what}: ${beforeMb.toFixed(0)} → ${withMb.toFixed(0)} MB\n`,
  );
  return { door, sockets: authorizations.length, beforeMb, withMb };
}
