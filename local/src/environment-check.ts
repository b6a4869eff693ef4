import { createRequire } from "node:module";
import { parseEnvironment, secretsOf } from "@shop/env";
import { type ZodObject } from "zod";
import { type ServicePlan } from "./services";

// Not import(): tests run this too, where Jest knows no dynamic imports.
const load = createRequire(__filename);

type Environment = Readonly<Record<string, string>>;

/**
 * Every variable that does not fit, of all services at once, before any of them is started.
 * @param env as the services will be given it
 */
export function findEnvironmentProblems(services: readonly ServicePlan[], env: Environment): string[] {
  const problems = readSchemas(services).map(([, schema]) => {
    const outcome = parseEnvironment(schema, env);
    return outcome.ok ? [] : outcome.problems;
  });
  return [...new Set(problems.flat())];
}

/** Gives the environment for each service by its name: all of it, less the secrets that only others read, and its own. */
export function shareOut(services: readonly ServicePlan[], env: Environment): (name: string) => Environment {
  const secretsByService = new Map(readSchemas(services).map(([name, schema]) => [name, secretsOf(schema)]));
  const secrets = new Set([...secretsByService.values()].flat());
  return (name) => {
    const own = secretsByService.get(name) ?? [];
    const shared = Object.entries(env).filter(([variable]) => !secrets.has(variable) || own.includes(variable));
    return { ...Object.fromEntries(shared), ...services.find((service) => service.name === name)?.env };
  };
}

function readSchemas(services: readonly ServicePlan[]): [service: string, ZodObject][] {
  return services.flatMap(({ name, configuration }): [string, ZodObject][] => {
    if (configuration === undefined) return [];
    const { environment } = load(configuration) as { environment: ZodObject };
    return [[name, environment]];
  });
}
