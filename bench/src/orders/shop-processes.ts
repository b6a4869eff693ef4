import { readdirSync, readFileSync } from "node:fs";
import { readReapedCpuMs, readCpuMs } from "../process-statistics";

export interface ShopProcess {
  readonly pid: number;
  readonly parent: number;
  /** What the shop calls it; PostgreSQL's workers have their server's name. */
  readonly name: string;
}

/** A process, and all below it. */
export function findProcesses(rootPid: number): ShopProcess[] {
  const all = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  const parents = new Map(all.map((entry) => [Number(entry), readParent(Number(entry))]));
  const below = (parent: number): number[] =>
    [...parents].filter(([, its]) => its === parent).flatMap(([pid]) => [pid, ...below(pid)]);
  return [rootPid, ...below(rootPid)].map((pid) => ({ pid, parent: parents.get(pid) ?? 0, name: readName(pid) }));
}

/** CPU time by name, in milliseconds; those of one name are added up, with what their ended children used. */
export function readCpuByName(processes: readonly ShopProcess[]): Map<string, number> {
  const byName = new Map<string, number>();
  for (const { pid, name } of processes) {
    byName.set(name, (byName.get(name) ?? 0) + readCpuMs(pid) + readReapedCpuMs(pid));
  }
  return byName;
}

/** How a process was started, so that another one like it can be; but for the channel to its parent. */
export function readStart(pid: number): { args: string[]; env: Record<string, string> } {
  const [, ...args] = readList(pid, "cmdline");
  const variables = readList(pid, "environ").filter((variable) => !variable.startsWith("NODE_CHANNEL_"));
  const entries = variables.map((variable): [string, string] => {
    const [name = "", ...value] = variable.split("=");
    return [name, value.join("=")];
  });
  return { args, env: Object.fromEntries(entries) };
}

function readName(pid: number): string {
  const [program = ""] = readList(pid, "cmdline");
  if (program.startsWith("postgres") || program.endsWith("/postgres")) return "postgres";
  if (program.startsWith("redis-server")) return "redis";
  return readStart(pid).env["OTEL_SERVICE_NAME"] ?? program;
}

function readParent(pid: number): number {
  return Number(/\) \S (\d+) /.exec(read(`/proc/${pid}/stat`))?.[1]);
}

function readList(pid: number, file: "cmdline" | "environ"): string[] {
  return read(`/proc/${pid}/${file}`).replace(/\0$/, "").split("\0");
}

/** Empty where the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
