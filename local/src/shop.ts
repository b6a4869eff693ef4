import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { type Config } from "./config";
import { startControl } from "./control";
import { prepareDatabases } from "./databases";
import { findSilentStores } from "./given-stores";
import { startNodeProcess, type StartedProcess } from "./managed-process";
import { findTakenPorts } from "./ports";
import { homeOfCluster } from "./postgres/binaries";
import { untilReady } from "./readiness";
import { planServices, serviceEnvironment, type ServicePlan } from "./services";
import { planStores, type Stores } from "./stores";
import { createSupervisor } from "./supervisor";

/** Why the shop cannot open, in words for whoever started it: what is wrong, and the way out. */
export class ShopFailure extends Error {}

export interface Shop {
  readonly services: readonly ServicePlan[];
  readonly stores: Stores;
  /** Ends every process, the services before the stores. */
  stop(): Promise<void>;
}

const readyLimitMs = 60_000;
const root = join(__dirname, "../..");
const seeds = ["user", "product"].map((name) => ({
  name: `${name}-seed`,
  script: join(root, "subgraphs", name, "dist", "seed.js"),
}));

/**
 * Starts the stand-ins, prepares the stores, and starts all services.
 * @param options.onLine takes each line of every process's log
 * @param options.signal ends a start that is under way
 * @throws ShopFailure, after ending what was started
 */
export async function startShop(
  config: Config,
  options: { fresh: boolean; log: Logger; onLine: (line: string) => void; signal: AbortSignal },
): Promise<Shop> {
  const { log, onLine } = options;
  const stores = planStores(config, log, onLine);
  const services = planServices(config);
  await refuseWhatCannotWork(config, stores, services);

  if (options.fresh) {
    for (const folder of [homeOfCluster(join(config.dataDir, "postgres")), config.dataDir]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  mkdirSync(config.dataDir, { recursive: true });

  const supervisor = createSupervisor({ log });
  const env = { ...serviceEnvironment(config), ...stores.env };
  try {
    await Promise.all(
      stores.supervised.map((store) =>
        supervisor.supervise(store).catch((error: unknown) => {
          throw new ShopFailure(`${store.name} could not be started: ${messageOf(error)}`);
        }),
      ),
    );
    await prepareDatabases(databaseUrls(env)).catch((error: unknown) => {
      throw new ShopFailure(`The databases could not be prepared: ${messageOf(error)}`);
    });
    options.signal.throwIfAborted();
    await Promise.all([
      ...services.map((plan) => startService(plan)),
      ...(config.inherited["NODE_ENV"] === "production" ? [] : seeds.map((seed) => runSeed(seed))),
    ]);
    options.signal.throwIfAborted();
    const control = await startControl({
      dataDir: config.dataDir,
      environmentOf: (name) => (services.some((plan) => plan.name === name) ? env : undefined),
      release: (name, meanwhile) => supervisor.release(name, meanwhile),
    });
    return {
      services,
      stores,
      stop: async () => {
        control.close();
        control.closeAllConnections();
        await supervisor.stop();
      },
    };
  } catch (error) {
    await supervisor.stop();
    throw error;
  }

  async function startService(plan: ServicePlan): Promise<void> {
    const { name, script, args } = plan;
    const start = async (): Promise<StartedProcess> => {
      const started = startNodeProcess({ name, script, args, env, onLine });
      const ended = started.ended.then(({ tail }) => `it ended.\n${tail}`);
      const problem = await Promise.race([untilReady(plan.url, readyLimitMs, options.signal), ended]);
      if (problem === undefined) return started;
      await started.stop();
      throw new ShopFailure(`${name} did not get ready at ${plan.url}: ${problem}`);
    };
    await supervisor.supervise({ name, isStore: false, start });
  }

  async function runSeed({ name, script }: { name: string; script: string }): Promise<void> {
    const seed = startNodeProcess({ name, script, env, onLine });
    const { code, tail } = await seed.ended;
    if (code !== 0) throw new ShopFailure(`${name} failed:\n${tail}`);
  }
}

async function refuseWhatCannotWork(config: Config, stores: Stores, services: readonly ServicePlan[]): Promise<void> {
  const unbuilt = services.find(({ script }) => !existsSync(script));
  if (unbuilt !== undefined) {
    throw new ShopFailure(`${unbuilt.name} is not built (${unbuilt.script} is missing): run npm ci, or npm run build.`);
  }
  const wanted = [...stores.ports, ...services.flatMap(({ ports }) => ports)];
  const taken = await findTakenPorts(config.HOST, wanted);
  const problems = [
    ...taken.map(
      ({ name, port, variable }) =>
        `Port ${port}, wanted for ${name}, is in use. End what listens there, or set ${variable} to another port.`,
    ),
    ...(await findSilentStores(config)),
  ];
  if (problems.length > 0) throw new ShopFailure(problems.join("\n"));
}

function databaseUrls(env: Readonly<Record<string, string>>) {
  const required = (variable: string): string => env[variable] ?? "";
  return {
    user: required("USER_DATABASE_URL"),
    order: required("ORDER_DATABASE_URL"),
    comment: required("COMMENT_DATABASE_URL"),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
