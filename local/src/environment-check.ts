import { parseEnvironment } from "@shop/env";
import { type ZodObject } from "zod";
import { type ServicePlan } from "./services";

/**
 * Every variable that does not fit, of all services at once, before any of them is started.
 * @param env as the services will be given it
 */
export async function findEnvironmentProblems(
  services: readonly ServicePlan[],
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const problems = await Promise.all(
    services.map(async ({ configuration }) => {
      if (configuration === undefined) return [];
      const { environment } = (await import(configuration)) as { environment: ZodObject };
      const outcome = parseEnvironment(environment, env);
      return outcome.ok ? [] : outcome.problems;
    }),
  );
  return [...new Set(problems.flat())];
}
