import { type FastifyInstance } from "fastify";

/** Each checks one dependency and rejects while it does not answer. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

/** What is told at /readyz: whether work may be sent here, and of each dependency whether it answers. */
export interface Readiness {
  readonly isReady: boolean;
  readonly status: "ok" | "degraded" | "failed" | "starting" | "draining";
  readonly checks: Readonly<Record<string, "ok" | "failed">>;
}

export interface Health {
  readonly readiness: () => Promise<Readiness>;
  /** From now on it is not ready, so that no new work is sent here. */
  drain(): void;
}

const checkTimeoutMs = 2_000;

/**
 * Adds `/livez`, which touches no store, and `/readyz`, which is 200 only when the process is ready and names what is not.
 * @param needs without one of these nothing can be answered
 * @param uses without one of these it is still of use to most: their failure is told, and leaves it ready
 */
export function registerHealthRoutes(app: FastifyInstance, needs: ReadinessChecks, uses: ReadinessChecks = {}): Health {
  let isDraining = false;
  const readiness = async (): Promise<Readiness> => {
    const [needed, used] = await Promise.all([ask(needs), ask(uses)]);
    const failed = !needed.every(isOk);
    return {
      isReady: !isDraining && !failed,
      status: isDraining ? "draining" : failed ? "failed" : used.every(isOk) ? "ok" : "degraded",
      checks: Object.fromEntries([...needed, ...used]),
    };
  };
  app.get("/livez", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const { isReady, ...told } = await readiness();
    return reply
      .code(isReady ? 200 : 503)
      .header("cache-control", "no-store")
      .send(told);
  });
  return {
    readiness,
    drain: () => {
      isDraining = true;
    },
  };
}

type Answer = readonly [name: string, state: "ok" | "failed"];

function isOk([, state]: Answer): boolean {
  return state === "ok";
}

function ask(checks: ReadinessChecks): Promise<Answer[]> {
  return Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, (await answers(check)) ? "ok" : "failed"] as const),
  );
}

async function answers(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), checkTimeoutMs);
  });
  try {
    return await Promise.race([check().then(() => true), timeout]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
