import { ExportResultCode } from "@opentelemetry/core";
import { type SpanExporter } from "@opentelemetry/sdk-trace-node";
import { type OtlpProtocol } from "./config";
import { type Logger } from "./logger";

const silentForMs = 60_000;

/**
 * Sends spans over OTLP. That they could not be sent is logged once a minute, with how many were lost since.
 * @param options.endpoint of the collector, without a path
 */
export function createTraceExporter(options: { endpoint: string; protocol: OtlpProtocol; log: Logger }): SpanExporter {
  const { endpoint, protocol, log } = options;
  // Only then, since what speaks gRPC is large and most processes never send a span.
  const loading = protocol === "grpc" ? loadGrpc(endpoint) : loadHttp(endpoint);
  let lost = 0;
  let silentUntilMs = 0;
  const tellLoss = (count: number, error: unknown): void => {
    lost += count;
    if (Date.now() < silentUntilMs) return;
    silentUntilMs = Date.now() + silentForMs;
    log.warn({ err: error, lost }, "traces could not be sent");
    lost = 0;
  };
  return {
    export: (spans, done) => {
      loading.then(
        (exporter) =>
          exporter.export(spans, (result) => {
            if (result.error !== undefined) tellLoss(spans.length, result.error);
            done(result);
          }),
        (error: unknown) => {
          tellLoss(spans.length, error);
          done({ code: ExportResultCode.FAILED });
        },
      );
    },
    shutdown: async () => (await loading).shutdown(),
  };
}

async function loadHttp(endpoint: string): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, "")}/v1/traces` });
}

async function loadGrpc(endpoint: string): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
  return new OTLPTraceExporter({ url: endpoint });
}
