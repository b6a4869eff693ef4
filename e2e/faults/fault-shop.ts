// What a checkout needs, each in a process of its own that can be killed, frozen, cut off and started again.
import { rmSync } from "node:fs";
import { startTestHeartbeat } from "@shop/auth/testing";
import { planProcesses } from "@shop/local/processes";
import { createTestClient, startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { shopEnvironment } from "../test/running-shop";
import { createCheckout, type Checkout } from "./checkout";
import { type Person, someone } from "./people";
import { startTrust } from "./trust";
import { startUnrulyProcess, throwFirst, type UnrulyProcess } from "./unruly-process";

export { type Person, someone } from "./people";

const stores = ["postgres", "mongo", "kafka"] as const;
const services = ["payments", "product", "order"] as const;
type ProcessName = (typeof stores)[number] | (typeof services)[number];

/** The ways that a gate can stand in, by the variable that a service finds its neighbour by. */
const ways = {
  orderDatabase: "ORDER_DATABASE_URL",
  catalogue: "MONGO_URL",
  inventory: "INVENTORY_URL",
  payments: "PAYMENTS_SANDBOX_URL",
} as const;
export type Way = keyof typeof ways;

/** What the sandbox provider holds or has taken for an order. */
export interface Charge {
  readonly id: string;
  readonly amountMinor: number;
  readonly state: "pending" | "authorized" | "declined" | "captured" | "voided";
  readonly refundedMinor: number;
}

export interface FaultShop<Gated extends Way = never> extends Checkout {
  readonly processes: Readonly<Record<ProcessName, UnrulyProcess>>;
  /** Those that were asked for; all are open. */
  readonly gates: Readonly<Record<Gated, TcpGate>>;
  /** What the services were given: the stores' own addresses, whatever gates there are. */
  readonly env: Readonly<Record<string, string>>;
  /** The order service's address, for REST and webhooks. */
  readonly orderUrl: string;
  charges(): Promise<Charge[]>;
  /** All that the processes have written to their logs so far. */
  log(): string;
  /** Ends everything by its pid and removes its data. @throws where a process had died unasked */
  stop(): Promise<void>;
}

/**
 * Starts product, order and the sandbox payment provider with their stores, all on free loopback ports and a folder of
 * their own. Access tokens are signed by a key of the test's.
 * @param options.gates the ways that lead through a gate of the test's own: they cost a little time each
 * @param options.env variables for the services, such as ORDER_RESUME_AFTER_MS
 */
export async function startFaultShop<Gated extends Way = never>(
  options: { gates?: readonly Gated[]; env?: Readonly<Record<string, string>> } = {},
): Promise<FaultShop<Gated>> {
  const trust = await startTrust();
  const given = await shopEnvironment();
  const lines: string[] = [];
  const planned = planProcesses(
    {
      ...given,
      LOG_LEVEL: "warn",
      ...trust.env,
      ...options.env,
    },
    (line) => lines.push(line),
  );
  const gates = await openGates(options.gates ?? [], planned.env);
  const byGate = Object.fromEntries(
    Object.entries<TcpGate>(gates).map(([way, { url }]) => [ways[way as Way], withoutSlash(url)]),
  );

  const started = new Map<ProcessName, UnrulyProcess>();
  const start = async (name: ProcessName): Promise<void> => {
    started.set(name, await startUnrulyProcess(name, () => planned.start(name, byGate)));
  };
  const heartbeat = startTestHeartbeat((planned.env["KAFKA_BROKERS"] ?? "").split(","));
  async function stop(): Promise<void> {
    await heartbeat.stop();
    const end = (names: readonly ProcessName[]) =>
      Promise.allSettled(names.map(async (name) => started.get(name)?.stop()));
    const ended = [...(await end(services)), ...(await end(stores))]; // services finish their work on the stores
    for (const gate of Object.values<TcpGate>(gates)) await gate.stop();
    await trust.issuer.stop();
    rmSync(given["DATA_DIR"] ?? "", { recursive: true, force: true });
    throwFirst(ended);
  }
  try {
    throwFirst(await Promise.allSettled(stores.map(start))); // all of them, so that `stop` knows each that runs
    await planned.prepareDatabase("order");
    throwFirst(await Promise.allSettled(services.map(start)));
  } catch (error) {
    await stop();
    throw error;
  }

  const clientOf = (callee: "order" | "product") =>
    createTestClient<Person>({
      port: () => Number(given[`${callee.toUpperCase()}_PORT`]),
      callee,
      gatewayKey: trust.gatewayKey,
      headersOf: async (person) => ({ authorization: await trust.issuer.bearer(person) }),
    });
  const sandboxUrl = planned.env["PAYMENTS_SANDBOX_URL"] ?? "";
  return {
    ...createCheckout({ order: clientOf("order"), product: clientOf("product"), staff: someone("STAFF") }),
    processes: Object.fromEntries(started) as Record<ProcessName, UnrulyProcess>,
    gates,
    env: planned.env,
    orderUrl: planned.env["ORDER_URL"] ?? "",
    charges: async () => ((await (await fetch(`${sandboxUrl}/v1/charges`)).json()) as { charges: Charge[] }).charges,
    log: () => lines.join("\n"),
    stop,
  };
}

async function openGates<Gated extends Way>(
  gated: readonly Gated[],
  env: Readonly<Record<string, string>>,
): Promise<Record<Gated, TcpGate>> {
  const opened = gated.map(async (way) => {
    const url = new URL(env[ways[way]] ?? "");
    if (way === "catalogue") url.searchParams.set("directConnection", "true"); // else the driver goes where the server says that it is
    return [way, await startTcpGate(url.href)];
  });
  return Object.fromEntries(await Promise.all(opened)) as Record<Gated, TcpGate>;
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, "");
}
