import { loadEnvironment } from "@shop/env";
import { z } from "zod";

const environment = z.object({
  REST_SEED: z.coerce.number().int().optional().describe("Makes the same requests again as a run that failed"),
});

export const { REST_SEED: seed } = loadEnvironment(environment, process.env);
