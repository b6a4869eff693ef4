import { z } from "zod";

export interface ServiceStatus {
  readonly name: string;
  /** `failing`: it answers that something it needs does not; `down`: it does not answer. */
  readonly state: "ready" | "failing" | "down";
  /** What it needs, by name. */
  readonly checks: Readonly<Record<string, string>>;
}

/** What a service says at /readyz. */
export interface Readiness {
  readonly ready: boolean;
  readonly body: unknown;
}

const timeoutMs = 1_500;
/** Many that look at once ask once. */
const rememberedMs = 1_000;
const readiness = z.object({ checks: z.record(z.string(), z.string()) });

/** Asks services whether they are ready. @param services by name, each with the way to ask it */
export function createServiceStatus(
  services: () => Readonly<Record<string, () => Promise<Readiness>>>,
): () => Promise<ServiceStatus[]> {
  let last: { readonly atMs: number; readonly answer: Promise<ServiceStatus[]> } | undefined;
  return () => {
    const nowMs = performance.now();
    if (last === undefined || nowMs - last.atMs > rememberedMs) {
      const asked = Object.entries(services()).map(([name, ask]) => statusOf(name, ask));
      last = { atMs: nowMs, answer: Promise.all(asked) };
    }
    return last.answer;
  };
}

async function statusOf(name: string, ask: () => Promise<Readiness>): Promise<ServiceStatus> {
  try {
    const { ready, body } = await ask();
    return { name, state: ready ? "ready" : "failing", checks: readiness.parse(body).checks };
  } catch {
    return { name, state: "down", checks: {} };
  }
}

/** @param url any of the service's @throws where it does not answer in time, or not in JSON */
export async function fetchReadiness(url: string): Promise<Readiness> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(new URL("/readyz", url), { signal, redirect: "error" });
  return { ready: response.ok, body: await response.json() };
}
