import { type FastifyInstance } from "fastify";

/** Each checks one dependency and rejects while it does not answer. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

export interface Health {
  /** From now on /readyz says 503, so that no new work is sent here. */
  drain(): void;
}

const checkTimeoutMs = 2_000;

/**
 * Adds `/livez`, which touches no store, and `/readyz`, which names each dependency as "ok" or "failed" and is 200 only
 * when all are ok.
 */
export function registerHealthRoutes(app: FastifyInstance, checks: ReadinessChecks): Health {
  let draining = false;
  app.get("/livez", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, (await answers(check)) ? "ok" : "failed"] as const),
    );
    const ready = !draining && results.every(([, state]) => state === "ok");
    return reply
      .code(ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ status: draining ? "draining" : ready ? "ok" : "failed", checks: Object.fromEntries(results) });
  });
  return {
    drain: () => {
      draining = true;
    },
  };
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
