import { loadEnvironment, url } from "@shop/env";
import { z } from "zod";

export const environment = z.object({
  NODE_ENV: z.string().default("development").describe("`production` refuses the defaults that everyone knows"),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
    .default("info")
    .describe("The least that is logged"),
  OTEL_SERVICE_NAME: z.string().default("unknown").describe("The process's name in traces; `npm start` sets it"),
  OTEL_EXPORTER_OTLP_ENDPOINT: url("http", "https")
    .optional()
    .describe("Where traces go, over OTLP/HTTP; without it none are sent, and their ids are still logged"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1).describe("Share of new traces recorded, 0 to 1"),
});

const values = loadEnvironment(environment, process.env);

/** Read here alone, and before any service's own config: telemetry is preloaded ahead of everything else. */
export const telemetryConfig = {
  serviceName: values.OTEL_SERVICE_NAME,
  otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
  sampleRatio: values.OTEL_TRACES_SAMPLER_ARG,
  logLevel: values.LOG_LEVEL,
  /** Pretty lines in a terminal, one JSON line each everywhere else. */
  prettyLogs: process.stdout.isTTY && values.NODE_ENV !== "production",
};
