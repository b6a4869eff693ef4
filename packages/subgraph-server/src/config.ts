import { list, loadEnvironment } from "@shop/env";
import { z } from "zod";

/** What the HTTP door of every service reads, as the gateway does. */
export const environment = z.object({
  NODE_ENV: z.string().default("development").describe("`production` describes no routes and lets no page in unasked"),
  CORS_ORIGINS: list().optional().describe("Origins whose pages may call a service's REST routes"),
  PAGES: list()
    .optional()
    .describe("With docs in it, services describe their REST routes; by default but in production"),
});

/** Which pages may call a service, and whether it describes its routes. */
export interface DoorConfig {
  readonly corsOrigins: readonly string[];
  readonly anyLocalhost: boolean;
  readonly docs: boolean;
}

export function loadDoorConfig(): DoorConfig {
  const { NODE_ENV, CORS_ORIGINS = [], PAGES } = loadEnvironment(environment, process.env);
  const production = NODE_ENV === "production";
  return { corsOrigins: CORS_ORIGINS, anyLocalhost: !production, docs: PAGES?.includes("docs") ?? !production };
}
