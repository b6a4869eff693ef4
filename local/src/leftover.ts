import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const patienceMs = 15_000;

/**
 * Ends a store's process that outlived a supervisor which was killed: asked to, and killed where it does not follow.
 * @param pidFile its first line is the process's id
 * @param marker what its command line must hold: an id may have gone to another process since
 */
export async function endLeftover(pidFile: string, marker: string, signal: NodeJS.Signals): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").split("\n", 1)[0]);
  // In a container every start counts its processes anew: the id may be this process's own.
  const isOurs = (): boolean => pid > 0 && pid !== process.pid && commandLineOf(pid).includes(marker);
  for (const asked of [signal, "SIGKILL"] as const) {
    if (!isOurs()) return;
    process.kill(pid, asked);
    for (const deadline = Date.now() + patienceMs; isOurs() && Date.now() < deadline;) await sleep(50);
  }
}

/** Empty where there is no such process. */
function commandLineOf(pid: number): string {
  if (process.platform !== "linux") {
    return spawnSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" }).stdout;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
