import { loadEnvironment, port, url } from "@shop/env";
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
    .describe("The collector that traces go to, over OTLP; without it none are sent, and their ids are still logged"),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(["http/protobuf", "grpc"])
    .default("http/protobuf")
    .describe("How they are sent there; collectors listen for the one on port 4318 and for the other on 4317"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("Share of new traces that is recorded, 0 to 1; who joins a trace does as who began it"),
  OPS_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address of the operations port; in a container 0.0.0.0, and never one that the public reaches"),
  OPS_PORT: port(9464).describe(
    "The operations port of each process: /metrics, /livez, /readyz. 0 takes any free one, and the log tells it. `npm start` gives this one to the gateway and the next five to the services",
  ),
});

const values = loadEnvironment(environment, process.env);

export type OtlpProtocol = (typeof values)["OTEL_EXPORTER_OTLP_PROTOCOL"];

/** Read here alone, and before any service's own config: telemetry is preloaded ahead of everything else. */
export const telemetryConfig = {
  serviceName: values.OTEL_SERVICE_NAME,
  otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
  otlpProtocol: values.OTEL_EXPORTER_OTLP_PROTOCOL,
  sampleRatio: values.OTEL_TRACES_SAMPLER_ARG,
  logLevel: values.LOG_LEVEL,
  /** Pretty lines in a terminal, one JSON line each everywhere else. */
  prettyLogs: process.stdout.isTTY && values.NODE_ENV !== "production",
};

/** Where this process tells operators how it is. */
export const operationsAddress = { host: values.OPS_HOST, port: values.OPS_PORT };
