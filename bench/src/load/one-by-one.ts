import { type LatencySummary, summariseLatencies } from "./latencies";

export interface OneByOneFigures<Process extends string> extends LatencySummary {
  /** CPU milliseconds of each process for one answer. */
  readonly cpuMs: Readonly<Record<Process, number>>;
}

const warmUps = 10;

/**
 * Asks for one thing after the other: a closed loop of one.
 * @param askFor asks for the nth time
 * @param readCpuMs what the processes have used so far
 */
export async function measureOneByOne<Process extends string>(
  times: number,
  askFor: (n: number) => Promise<unknown>,
  readCpuMs: () => Record<Process, number>,
): Promise<OneByOneFigures<Process>> {
  for (let n = 0; n < warmUps; n++) await askFor(n);
  const latenciesMs: number[] = [];
  const before = readCpuMs();
  for (let n = 0; n < times; n++) {
    const startedAtMs = performance.now();
    await askFor(n);
    latenciesMs.push(performance.now() - startedAtMs);
  }
  const cpuMs = readCpuMs();
  for (const process of Object.keys(cpuMs) as Process[]) cpuMs[process] = (cpuMs[process] - before[process]) / times;
  return { ...summariseLatencies(latenciesMs), cpuMs };
}
