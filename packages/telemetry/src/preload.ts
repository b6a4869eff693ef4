// Loaded with `node --require` ahead of everything else, so that what it instruments is instrumented from the first import.
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { telemetryConfig } from "./config";
import { onFlush } from "./flush";

const { serviceName, otlpEndpoint, sampleRatio } = telemetryConfig;

// Without an endpoint nothing is recorded; ids are still made and carried, since logs and error answers name them.
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": serviceName }),
  sampler:
    otlpEndpoint === undefined
      ? new AlwaysOffSampler()
      : new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
  spanProcessors:
    otlpEndpoint === undefined
      ? []
      : [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${otlpEndpoint.replace(/\/$/, "")}/v1/traces` }))],
});
provider.register();
onFlush(() => provider.shutdown());

const probes = new Set(["/livez", "/readyz"]);
registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => probes.has(request.url ?? "") }),
    new UndiciInstrumentation(),
  ],
});
