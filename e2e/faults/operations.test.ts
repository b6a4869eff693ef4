// What operators see of every process, from its first moment to its last, and what deploy/ makes of it.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { planProcesses, type PlannedProcesses, type StartedProcess } from "@shop/local/processes";
import { eventually } from "@shop/subgraph-server/testing";
import { shopEnvironment } from "../test/running-shop";
import { exposedNames, namesIn, readQueries } from "./queries";

interface LogLine {
  readonly name: string;
  readonly pid: number;
  readonly msg: string;
  readonly operationsPort?: number;
}

// Most of a shop is started here: on a machine that has much else to do that takes its time.
jest.setTimeout(120_000);

const subgraphs = ["user", "product", "order", "comment", "notification"];
const logs: LogLine[] = [];
let given: Record<string, string>;
let planned: PlannedProcesses;
const started = new Map<string, StartedProcess>();
const ended = new Set<number>();

beforeAll(async () => {
  given = await shopEnvironment();
  planned = planProcesses(given, (line) => {
    if (line.startsWith("{")) logs.push(JSON.parse(line) as LogLine);
  });
});
afterAll(async () => {
  await Promise.allSettled([...started.values()].reverse().map((one) => one.stop()));
  rmSync(given["DATA_DIR"] ?? "", { recursive: true, force: true });
});

async function start(name: string): Promise<StartedProcess> {
  const one = await planned.start(name);
  started.set(name, one);
  return one;
}

/** The process of that name, as its log tells of it. */
async function operationsOf(name: string): Promise<{ pid: number; ask: (path: string) => Promise<Response> }> {
  const told = () =>
    logs.findLast((line) => line.name === name && line.operationsPort !== undefined && !ended.has(line.pid));
  const { pid = 0, operationsPort = 0 } = (await eventually(() => Promise.resolve(told()), Boolean)) ?? {};
  return { pid, ask: (path) => fetch(`http://127.0.0.1:${operationsPort}${path}`) };
}

it.each(["user", "product"])("%s waits for its store aloud, and ends at once with 0 when asked to", async (name) => {
  const failed = planned.start(name).catch((error: unknown) => String(error));
  const { pid, ask } = await operationsOf(name);
  await eventually(
    () => Promise.resolve(logs.filter((line) => line.pid === pid && line.msg.startsWith("waiting for")).length),
    (count) => count > 1,
  );
  expect((await ask("/livez")).status).toBe(200);
  const readiness = await ask("/readyz");
  expect([readiness.status, await readiness.json()]).toEqual([503, { status: "starting", checks: {} }]);
  expect((await ask("/metrics")).status).toBe(200);
  process.kill(pid, "SIGTERM");
  expect(await failed).toContain("ended with exit code 0");
  ended.add(pid);
});

it("gets ready when its store comes, and says what it depends on", async () => {
  const user = start("user");
  const { ask } = await operationsOf("user");
  await Promise.all([start("postgres"), start("kafka")]);
  await planned.prepareDatabase("user");
  await user;
  const readiness = await ask("/readyz");
  expect([readiness.status, await readiness.json()]).toMatchObject([200, { checks: { database: "ok" } }]);
});

it("exposes every metric that the dashboard and the alerts ask for, under no label with an address or a person", async () => {
  await Promise.all(["redis", "mongo", "s3"].map(start));
  await Promise.all((["order", "comment"] as const).map((name) => planned.prepareDatabase(name)));
  await Promise.all([...subgraphs.filter((name) => name !== "user"), "gateway"].map(start));
  const query = `{ products(first: 1) { totalCount } }`;
  const body = JSON.stringify({ query });
  const url = `http://127.0.0.1:${given["GATEWAY_PORT"] ?? ""}/graphql`;
  await eventually(
    async () => {
      const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      return (await answer.json()) as { errors?: unknown };
    },
    ({ errors }) => errors === undefined,
  );
  const texts = await Promise.all(
    [...subgraphs, "gateway"].map(async (name) => (await (await operationsOf(name)).ask("/metrics")).text()),
  );
  const exposed = exposedNames(texts.join("\n"));
  for (const file of ["grafana/dashboards/shop.json", "prometheus/alerts.yml"]) {
    const queries = readQueries(readFileSync(join(__dirname, "../../deploy", file), "utf8"));
    expect(queries.length).toBeGreaterThan(5);
    const wanted = queries.map(namesIn);
    expect({
      file,
      unknown: wanted.flatMap(({ metrics }) => metrics).filter((name) => !exposed.metrics.has(name)),
    }).toEqual({ file, unknown: [] });
    expect({
      file,
      unknown: wanted.flatMap(({ labels }) => labels).filter((name) => !exposed.labels.has(name)),
    }).toEqual({ file, unknown: [] });
  }
  const documented = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8");
  const own = [...exposed.families].filter((name) => name.startsWith("shop_"));
  expect(own.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
  expect(texts.join("\n")).not.toMatch(/127\.0\.0\.1|localhost|@example/);
});

/** One that has ended by now needs not to be asked, and cannot be. */
function askAgain(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

it("ends each process with 0 when asked to, and asked again", async () => {
  for (const name of ["gateway", ...subgraphs]) {
    const { pid } = await operationsOf(name);
    const one = started.get(name);
    process.kill(pid, "SIGTERM");
    await sleep(1); // signals of one kind that come together are one
    askAgain(pid);
    expect({ name, code: (await one?.ended)?.code }).toEqual({ name, code: 0 });
  }
});
