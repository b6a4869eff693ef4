import { join } from "node:path";
import { startNodeProcess, type StartedProcess } from "./managed-process";
import { untilListening, whenReady } from "./readiness";
import { type StandInKind } from "./stand-in-kinds";

// It has all its documents and indexes in memory: 100,000 products take 1.2 GB.
const maxHeapMb: Partial<Record<StandInKind, number>> = { mongo: 2048 };
const script = join(__dirname, "run-stand-in.js");

export interface StandInProcessOptions {
  readonly kind: StandInKind;
  /** As the kind takes them, less the log. */
  readonly options: { readonly host: string; readonly port: number; readonly dataDir: string };
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

/** A stand-in in a process of its own, when it takes connections. @throws with the end of its log where it ends instead */
export function startStandInProcess({
  kind,
  options,
  env,
  onLine,
  signal,
}: StandInProcessOptions): Promise<StartedProcess> {
  const args = [kind, JSON.stringify(options)];
  const started = startNodeProcess({ name: kind, script, args, env, onLine, maxHeapMb: maxHeapMb[kind] });
  const { host, port } = options;
  return whenReady(started, { wait: (over) => untilListening({ host, port }, over), signal });
}
