// For tests that run some stores and services as `npm start` does, and end and start each of them on its own.
import { join } from "node:path";
import { type Database } from "@shop/migrations";
import { createLogger } from "@shop/telemetry";
import { parseConfig } from "./config";
import { shareOut } from "./environment-check";
import { startNodeProcess, type StartedProcess } from "./managed-process";
import { planServiceKeys } from "./service-keys";
import { startServiceProcess } from "./service-process";
import { databaseUrls, planServices, serviceEnvironment } from "./services";
import { planStores } from "./stores";

export { type StartedProcess } from "./managed-process";

export interface PlannedProcesses {
  /** What every service is given, where to find stores and neighbours in it. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Starts a store or a service by its name in the table of `npm start`; again at the same address and on the same data.
   * @param own variables of this service alone
   * @returns when it is ready
   */
  start(name: string, own?: Readonly<Record<string, string>>): Promise<StartedProcess>;
  /** Makes and migrates a service's PostgreSQL database; postgres has to run. */
  prepareDatabase(database: Database): Promise<void>;
}

/**
 * @param given the environment that `npm start` would find: every port, DATA_DIR, and variables for the services
 * @param onLine takes each line of every process's log
 */
export function planProcesses(
  given: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): PlannedProcesses {
  const config = parseConfig(given);
  const stores = planStores(
    config,
    createLogger("local", (line) => onLine(line.trimEnd())),
    onLine,
  );
  const services = planServices(config);
  const env = { ...planServiceKeys(config).env, ...serviceEnvironment(config), ...stores.env };
  const envOf = shareOut(services, env);
  return {
    env,
    start: (name, own) => {
      const store = stores.supervised.find((one) => one.name === name);
      if (store !== undefined) return store.start(new AbortController().signal);
      const service = services.find((one) => one.name === name);
      if (service === undefined) throw new Error(`there is no process ${name}`);
      return startServiceProcess(service, { env: { ...envOf(name), ...own }, onLine });
    },
    prepareDatabase: async (database) => {
      const script = join(__dirname, "run-prepare-databases.js");
      const args = [JSON.stringify({ [database]: databaseUrls(env)[database] })];
      const { code, tail } = await startNodeProcess({ name: "migrations", script, args, env, onLine }).ended;
      if (code !== 0) throw new Error(`the database could not be prepared:\n${tail}`);
    },
  };
}
