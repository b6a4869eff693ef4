import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOffSampler, BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { telemetryConfig } from "./config";
import { onFlush } from "./flush";
import { onHandedOn } from "./hand-spans-on";
import { createLogger } from "./logger";
import { sendOnlyKnownAttributes } from "./tracing-attributes";
import { createTraceExporter } from "./tracing-exporter";
import { createInstrumentations } from "./tracing-instrumentations";
import { createSampler } from "./tracing-sampler";

// Some 2 MB. What comes while it is full is dropped: telemetry never holds up what it tells of.
const maxQueueSize = 4_096;

/**
 * Makes this process trace. Without an endpoint nothing is recorded; ids are still made and carried, since logs and error
 * answers name them.
 */
export function startTracing(): void {
  const { serviceName, otlpEndpoint, otlpProtocol, sampleRatio } = telemetryConfig;
  const resource = resourceFromAttributes({ "service.name": serviceName });
  if (otlpEndpoint === undefined) {
    new NodeTracerProvider({ resource, sampler: new AlwaysOffSampler() }).register();
  } else {
    const log = createLogger("telemetry");
    const exporter = createTraceExporter({ endpoint: otlpEndpoint, protocol: otlpProtocol, log });
    const spanProcessors = [sendOnlyKnownAttributes(new BatchSpanProcessor(exporter, { maxQueueSize }))];
    const provider = new NodeTracerProvider({ resource, sampler: createSampler(sampleRatio), spanProcessors });
    provider.register();
    onFlush(() => provider.shutdown());
  }
  const instrumentations = createInstrumentations({ recording: otlpEndpoint !== undefined });
  registerInstrumentations({ instrumentations });
  onHandedOn(() => {
    for (const instrumentation of instrumentations) instrumentation.disable();
  });
}
