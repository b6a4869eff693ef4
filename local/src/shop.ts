import { accessSync, constants, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { composeSupergraph } from "./composition";
import { type Config } from "./config";
import { startControl, stateOfShop } from "./control";
import { prepareDatabases } from "./databases";
import { findEnvironmentProblems, shareOut } from "./environment-check";
import { messageOf, ShopFailure } from "./failure";
import { findSilentStores } from "./given-stores";
import { startNodeProcess, type StartedProcess } from "./managed-process";
import { findPortProblems } from "./ports";
import { homeOfCluster } from "./postgres/binaries";
import { planServiceKeys } from "./service-keys";
import { startServiceProcess } from "./service-process";
import { databaseUrls, planServices, serviceEnvironment, type ServicePlan } from "./services";
import { endLeftoverStores, planStores, type Stores } from "./stores";
import { createSupervisor } from "./supervisor";

export interface Shop {
  readonly services: readonly ServicePlan[];
  readonly stores: Stores;
  /** Ends every process, the services before the stores. */
  stop(): Promise<void>;
}

interface ShopOptions {
  /** Forgets the stand-ins' data first. */
  readonly fresh: boolean;
  readonly log: Logger;
  /** Takes each line of every process's log. */
  readonly onLine: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

// What a service takes to end whose supervisor was killed.
const drainLimitMs = 15_000;
const wayOutOfStore =
  "Mend what it names, set the URL of one that runs already, or begin anew: npm start -- --fresh (its data is lost then).";
const root = join(__dirname, "../..");
const seeded = ["user", "product"];

/**
 * Starts the stand-ins, prepares the stores, and starts all services.
 * @throws ShopFailure, after ending what was started
 */
export async function startShop(config: Config, options: ShopOptions): Promise<Shop> {
  const { log, onLine, signal } = options;
  const stores = planStores(config, log, onLine);
  const services = planServices(config);
  const serviceKeys = planServiceKeys(config);
  const env = { ...serviceKeys.env, ...serviceEnvironment(config), ...stores.env };
  await refuseWhatCannotWork(config, { stores, services, env });
  await composeSupergraph(root, signal);
  prepareDataDir(config.dataDir, options.fresh);
  serviceKeys.save();
  const envOf = shareOut(services, env);

  const supervisor = createSupervisor({ log });
  const control = await startControl({
    dataDir: config.dataDir,
    env,
    envOf,
    release: (name) => supervisor.release(name),
  });
  const seeding: StartedProcess[] = [];
  const stop = async (): Promise<void> => {
    const ended = Promise.all([supervisor.stop(), ...seeding.map((seed) => seed.stop())]);
    control.close();
    control.closeAllConnections();
    await ended;
  };

  const startService = (plan: ServicePlan): Promise<void> => {
    const { name, url } = plan;
    const start = (signal: AbortSignal): Promise<StartedProcess> =>
      startServiceProcess(plan, { env: envOf(name), onLine, signal });
    return orFail(`${name} did not get ready at ${url}`, supervisor.supervise({ name, isStore: false, start }));
  };
  const runSeed = async (service: string): Promise<void> => {
    const script = join(root, "subgraphs", service, "dist", "seed.js");
    const seed = startNodeProcess({ name: `${service}-seed`, script, env: envOf(service), onLine });
    seeding.push(seed);
    const { code, tail } = await seed.ended;
    if (code !== 0) throw new ShopFailure(`${service}-seed failed:\n${tail}`);
  };

  const abort = (): void => void stop();
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.all(
      stores.supervised.map((store) =>
        orFail(`${store.name} could not be started`, supervisor.supervise(store), wayOutOfStore),
      ),
    );
    await orFail("The databases could not be prepared", prepareDatabases(databaseUrls(env)));
    signal.throwIfAborted();
    const isDemonstration = env["NODE_ENV"] !== "production";
    await Promise.all([...services.map(startService), ...(isDemonstration ? seeded.map(runSeed) : [])]);
    signal.throwIfAborted();
    return { services, stores, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

interface Plans {
  readonly stores: Stores;
  readonly services: readonly ServicePlan[];
  /** What the services are given. */
  readonly env: Readonly<Record<string, string>>;
}

async function refuseWhatCannotWork(config: Config, { stores, services, env }: Plans): Promise<void> {
  const unbuilt = services.find(({ script }) => !existsSync(script));
  if (unbuilt !== undefined) {
    throw new ShopFailure(`${unbuilt.name} is not built (${unbuilt.script} is missing): run npm ci, or npm run build.`);
  }
  const last = await stateOfShop(config.dataDir);
  if (last === "running") {
    throw new ShopFailure(`A shop runs on ${config.dataDir} already. End it first, or set DATA_DIR to another folder.`);
  }
  if (last === "killed") await endLeftoverStores(config.dataDir);
  const ports = [...stores.ports, ...services.flatMap((plan) => plan.ports)];
  const problems = [
    ...findEnvironmentProblems(services, env),
    ...(await findPortProblems(config.HOST, ports, last === "killed" ? drainLimitMs : 0)),
    ...(await findSilentStores(config)),
  ];
  if (problems.length > 0) throw new ShopFailure(problems.join("\n"));
}

function prepareDataDir(dataDir: string, fresh: boolean): void {
  try {
    if (fresh) {
      rmSync(homeOfCluster(join(dataDir, "postgres")), { recursive: true, force: true });
      rmSync(dataDir, { recursive: true, force: true });
    }
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    throw new ShopFailure(
      `DATA_DIR, where the data is kept, cannot be used: ${messageOf(error)}. Set it to a folder that this user may write.`,
    );
  }
}

async function orFail(what: string, work: Promise<void>, wayOut = ""): Promise<void> {
  await work.catch((error: unknown) => {
    throw new ShopFailure(`${what}: ${messageOf(error)}\n${wayOut}`.trim());
  });
}
