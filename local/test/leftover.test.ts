import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endLeftover } from "../src/leftover";

const folder = mkdtempSync(join(tmpdir(), "shop-leftover-"));
const pidFile = join(folder, "pid");
const running: ChildProcess[] = [];
afterAll(() => {
  running.forEach((child) => child.kill("SIGKILL"));
  rmSync(folder, { recursive: true });
});

async function start(marker: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log()", marker]);
  running.push(child);
  await once(child.stdout, "data");
  writeFileSync(pidFile, `${child.pid ?? 0}\n`);
  return child;
}

it("ends the process that the file names", async () => {
  const child = await start("/data/kafka");
  const ended = once(child, "exit");
  await endLeftover(pidFile, "/data/kafka", "SIGTERM");
  expect(await ended).toEqual([null, "SIGTERM"]);
});

it("leaves alone what has got the id since: another program, or this very process", async () => {
  const other = await start("/data/mongo");
  await endLeftover(pidFile, "/data/kafka", "SIGTERM");
  expect(other.exitCode ?? other.signalCode).toBeNull();

  writeFileSync(pidFile, String(process.pid));
  await endLeftover(pidFile, process.argv[1] ?? "", "SIGTERM");
});

it("has nothing to end where there is no file", async () => {
  await endLeftover(join(folder, "none"), "", "SIGTERM");
});
