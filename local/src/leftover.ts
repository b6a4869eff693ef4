import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const patienceMs = 10_000;

/**
 * Ends a store's process that outlived a supervisor which was killed.
 * @param pidFile its first line is the process's id
 * @param marker what its command line must hold: an id may have gone to another process since
 */
export async function endLeftover(pidFile: string, marker: string, signal: NodeJS.Signals): Promise<void> {
  const pid = Number(readText(pidFile).split("\n", 1)[0]);
  const isOurs = (): boolean => pid > 0 && readText(`/proc/${pid}/cmdline`).includes(marker);
  if (!isOurs()) return;
  process.kill(pid, signal);
  for (const deadline = Date.now() + patienceMs; isOurs() && Date.now() < deadline;) await sleep(50);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
