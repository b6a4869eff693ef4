import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger } from "@shop/telemetry";
import { type StartedProcess, startNodeProcess } from "../src/managed-process";
import { createSupervisor, type Supervised } from "../src/supervisor";

const scripts = mkdtempSync(join(tmpdir(), "shop-supervisor-"));
afterAll(() => rmSync(scripts, { recursive: true }));

/** A process that runs until it is told to end, and then writes what it is told. */
const endless = script("endless", `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);`);

function script(name: string, text: string): string {
  const path = join(scripts, `${name}.js`);
  writeFileSync(path, `process.on("disconnect", () => process.exit(0));${text}`);
  return path;
}

/** A supervisor, what it logged, and processes that it may keep: each start is noted, and may fail. */
function setUp() {
  const logged: string[] = [];
  const log = createLogger("test", (line) => logged.push((JSON.parse(line) as { msg: string }).msg));
  const started = new Map<string, StartedProcess[]>();
  const written: string[] = [];
  const onLine = (line: string): void => void written.push(line);
  const supervised = (name: string, options: { isStore?: boolean; file?: string } = {}): Supervised => ({
    name,
    isStore: options.isStore ?? false,
    start: () => {
      const process = startNodeProcess({ name, script: options.file ?? endless, env: {}, onLine });
      started.set(name, [...(started.get(name) ?? []), process]);
      return Promise.resolve(process);
    },
  });
  const startsOf = (name: string): StartedProcess[] => started.get(name) ?? [];
  return { supervisor: createSupervisor({ log }), logged, written, supervised, startsOf };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

function isRunning({ pid }: StartedProcess): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it("names a process that died with the end of its log, and starts it again", async () => {
  const { supervisor, logged, written, supervised, startsOf } = setUp();
  const file = script("last-words", `console.log("my last words"); setInterval(() => {}, 1000);`);
  await supervisor.supervise(supervised("order", { file }));
  const [first] = startsOf("order");
  await until(() => written.includes("my last words"));
  process.kill(first?.pid ?? 0, "SIGKILL");
  await until(() => startsOf("order").length === 2);
  expect(logged).toEqual([
    "order died. The end of its log:\nmy last words\n(ended with SIGKILL)\norder is started again in 250 ms.",
  ]);
  await supervisor.stop();
  expect(startsOf("order").filter(isRunning)).toEqual([]);
});

it("tries again with one line each, ever more slowly, while a start fails", async () => {
  const { supervisor, logged, supervised, startsOf } = setUp();
  const order = supervised("order");
  let failing = false;
  let failures = 0;
  await supervisor.supervise({
    ...order,
    start: (signal) => {
      if (!failing) return order.start(signal);
      failures += 1;
      if (failures === 3) failing = false;
      return Promise.reject(new Error("its store is down"));
    },
  });
  failing = true;
  process.kill(startsOf("order")[0]?.pid ?? 0, "SIGKILL");
  await until(() => startsOf("order").length === 2);
  expect(logged.slice(1)).toEqual(
    [500, 1_000, 2_000].map(
      (delayMs) => `order could not be started: its store is down\norder is started again in ${delayMs} ms.`,
    ),
  );
  await supervisor.stop();
});

it("lets the first start fail for good", async () => {
  const { supervisor, logged, supervised } = setUp();
  const start = () => Promise.reject(new Error("no"));
  await expect(supervisor.supervise({ ...supervised("order"), start })).rejects.toThrow("no");
  await supervisor.stop();
  expect(logged).toEqual([]);
});

it("ends the services before the stores", async () => {
  const { supervisor, supervised, startsOf } = setUp();
  await supervisor.supervise(supervised("kafka", { isStore: true }));
  await supervisor.supervise(supervised("order"));
  const ends: string[] = [];
  for (const name of ["kafka", "order"]) void startsOf(name)[0]?.ended.then(() => ends.push(name));
  await supervisor.stop();
  expect(ends).toEqual(["order", "kafka"]);
});

it("ends a start that is under way, and what waits to be started again", async () => {
  const { supervisor, supervised, startsOf } = setUp();
  await supervisor.supervise(supervised("dying", { file: script("dying", `process.exit(1)`) }));
  const starting = supervisor.supervise({
    ...supervised("slow"),
    start: (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("ended")))),
  });
  const ended = expect(starting).rejects.toThrow("ended");
  await startsOf("dying")[0]?.ended;
  await supervisor.stop();
  await ended;
  expect(startsOf("dying").filter(isRunning)).toEqual([]);
});

it("lends a process out, and takes it back even where it cannot be started at once", async () => {
  const { supervisor, logged, supervised, startsOf } = setUp();
  const order = supervised("order");
  let failing = false;
  await supervisor.supervise({
    ...order,
    start: (signal) => {
      if (!failing) return order.start(signal);
      failing = false;
      return Promise.reject(new Error("its port is in use"));
    },
  });
  const takeBack = await supervisor.release("order");
  expect(startsOf("order").filter(isRunning)).toEqual([]);
  expect(await supervisor.release("order")).toBeUndefined();

  failing = true;
  takeBack?.();
  await until(() => startsOf("order").length === 2);
  expect(logged).toEqual(["order could not be started: its port is in use\norder is started again in 250 ms."]);
  await supervisor.stop();
  expect(startsOf("order").filter(isRunning)).toEqual([]);
});

it("waits for no process that one of its own left behind with its streams open", async () => {
  const { supervisor, logged, written, supervised, startsOf } = setUp();
  const file = script(
    "parent",
    `const options = { stdio: "inherit", detached: true };
     const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], options);
     console.log(child.pid);`,
  );
  await supervisor.supervise(supervised("order", { file }));
  await until(() => written.length > 0);
  process.kill(startsOf("order")[0]?.pid ?? 0, "SIGKILL");
  await until(() => logged.length > 0);
  await supervisor.stop();
  written.forEach((pid) => process.kill(Number(pid), "SIGKILL"));
});

it("takes nothing back once it has ended", async () => {
  const { supervisor, supervised, startsOf } = setUp();
  await supervisor.supervise(supervised("order"));
  const takeBack = await supervisor.release("order");
  await supervisor.stop();
  takeBack?.();
  expect(startsOf("order")).toHaveLength(1);
});
