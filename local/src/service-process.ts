import { startNodeProcess, type StartedProcess } from "./managed-process";
import { untilReady, whenReady } from "./readiness";
import { type ServicePlan } from "./services";

const readyLimitMs = 60_000;

/** A service of ours in a process of its own, when it says that it is ready. @throws with the end of its log, or what it lacks */
export function startServiceProcess(
  { name, script, args, url }: ServicePlan,
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly onLine: (line: string) => void;
    /** Ends a start that is under way. */
    readonly signal?: AbortSignal;
  },
): Promise<StartedProcess> {
  const { env, onLine, signal } = options;
  return whenReady(startNodeProcess({ name, script, args, env, onLine }), {
    wait: (over) => untilReady(url, readyLimitMs, over),
    signal,
  });
}
