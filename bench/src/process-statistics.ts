import { readFileSync } from "node:fs";

/** The unit of CPU time in /proc: USER_HZ, which is 100 on every Linux that Node runs on. */
const msPerTick = 10;
/** Of the fields that follow the command's name in /proc/<pid>/stat: time in user mode; in the kernel it is the next. */
const userTimeIndex = 11;
/** As those two, of the children that have ended and were waited for. */
const reapedUserTimeIndex = 13;

/** CPU time that a process has used in all its threads, in milliseconds; in steps of 10. */
export function readCpuMs(pid: number): number {
  return readTimesMs(pid, userTimeIndex);
}

/** CPU time that a process's ended children had used, in milliseconds. */
export function readReapedCpuMs(pid: number): number {
  return readTimesMs(pid, reapedUserTimeIndex);
}

function readTimesMs(pid: number, index: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[index]) + Number(fields[index + 1])) * msPerTick;
}

export interface ResidentMemory {
  readonly peakMb: number;
  readonly nowMb: number;
}

/** Resident memory, now and at most since the process began, in MB of 1024 kB each. */
export function readResidentMemory(pid: number): ResidentMemory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const readMb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return { peakMb: readMb("VmHWM"), nowMb: readMb("VmRSS") };
}

/** Time that a core has spent on anything at all since the machine was started, in milliseconds. */
export function readCoreBusyMs(core: number): number {
  const line = new RegExp(`^cpu${core} (.+)$`, "m").exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? "";
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(" ").map(Number);
  return (user + nice + system + irq + softirq + steal) * msPerTick;
}
