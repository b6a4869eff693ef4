// What runs on this machine, as /proc tells it.
import { readdirSync, readFileSync } from "node:fs";

/** Zombies do not run: they wait for a parent to read how they ended. */
export function isRunning(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state.code !== "Z";
}

/** All processes below one, workers of its children included. */
export function descendantsOf(pid: number): number[] {
  const all = readdirSync("/proc")
    .map(Number)
    .filter(Number.isInteger)
    .flatMap((id) => {
      const state = stateOf(id);
      return state === undefined ? [] : [{ id, parent: state.parent }];
    });
  const below = (parent: number): number[] =>
    all.filter((one) => one.parent === parent).flatMap(({ id }) => [id, ...below(id)]);
  return below(pid);
}

/** Under which name the shop runs it; empty for what is none of the shop's. */
export function nameOf(pid: number): string {
  const [program = ""] = read(`/proc/${pid}/cmdline`).split("\0");
  if (program.endsWith("bin/postgres")) return "postgres";
  if (program.startsWith("redis-server")) return "redis";
  const variable = "OTEL_SERVICE_NAME=";
  const found = read(`/proc/${pid}/environ`)
    .split("\0")
    .find((entry) => entry.startsWith(variable));
  return found?.slice(variable.length) ?? "";
}

function stateOf(pid: number): { code: string; parent: number } | undefined {
  const [, code, parent] = /\) (.) (\d+) /.exec(read(`/proc/${pid}/stat`)) ?? [];
  return code === undefined ? undefined : { code, parent: Number(parent) };
}

/** Empty where it ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
