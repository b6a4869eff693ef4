/** Read here alone, and before any service's own config: telemetry is preloaded ahead of everything else. */
export const telemetryConfig = {
  serviceName: process.env["OTEL_SERVICE_NAME"] ?? "unknown",
  otlpEndpoint: process.env["OTEL_EXPORTER_OTLP_ENDPOINT"],
  /** Share of new traces that are recorded, 0 to 1. */
  sampleRatio: Number(process.env["OTEL_TRACES_SAMPLER_ARG"] ?? 1),
  logLevel: process.env["LOG_LEVEL"] ?? "info",
  /** Pretty lines in a terminal, one JSON line each everywhere else. */
  prettyLogs: process.stdout.isTTY && process.env["NODE_ENV"] !== "production",
};
