import { parseEnvironment, secretsOf } from "@shop/env";
import { type ZodObject } from "zod";
import { type ServicePlan } from "./services";

type Environment = Readonly<Record<string, string>>;

/**
 * Every variable that does not fit, of all services at once, before any of them is started.
 * @param env as the services will be given it
 */
export async function findEnvironmentProblems(services: readonly ServicePlan[], env: Environment): Promise<string[]> {
  const problems = (await readSchemas(services)).map(([, schema]) => {
    const outcome = parseEnvironment(schema, env);
    return outcome.ok ? [] : outcome.problems;
  });
  return [...new Set(problems.flat())];
}

/** Gives the environment for each service by its name: all of it, less the secrets that only others read. */
export async function shareOut(
  services: readonly ServicePlan[],
  env: Environment,
): Promise<(name: string) => Environment> {
  const secretsByService = new Map((await readSchemas(services)).map(([name, schema]) => [name, secretsOf(schema)]));
  const secrets = new Set([...secretsByService.values()].flat());
  return (name) => {
    const own = secretsByService.get(name) ?? [];
    return Object.fromEntries(
      Object.entries(env).filter(([variable]) => !secrets.has(variable) || own.includes(variable)),
    );
  };
}

async function readSchemas(services: readonly ServicePlan[]): Promise<[service: string, ZodObject][]> {
  const schemas = services.map(async ({ name, configuration }): Promise<[string, ZodObject][]> => {
    if (configuration === undefined) return [];
    const { environment } = (await import(configuration)) as { environment: ZodObject };
    return [[name, environment]];
  });
  return (await Promise.all(schemas)).flat();
}
