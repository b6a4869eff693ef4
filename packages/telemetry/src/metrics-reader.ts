import { metrics } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, type MetricData, MetricReader, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { telemetryConfig } from "./config";
import { instruments } from "./instruments";
import { observeRuntime } from "./runtime-metrics";

/** Reads metrics when it is asked to. */
export class OnDemandReader extends MetricReader {
  constructor() {
    super({ metricProducers: [instruments] });
  }
  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

let reader: OnDemandReader | undefined;
const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

/** Makes this process measure. What has asked for a meter before it measures nothing. */
export function startMetrics(): void {
  reader = new OnDemandReader();
  const resource = resourceFromAttributes({ "service.name": telemetryConfig.serviceName });
  metrics.setGlobalMeterProvider(new MeterProvider({ resource, readers: [reader] }));
  observeRuntime();
}

/** Of a store that is asked for its figures: one that is frozen must not keep the other figures back. */
const collectLimitMs = 3_000;
let collecting: Promise<string> | undefined;

/**
 * All that is measured, as Prometheus reads it; empty where the process was started without telemetry. Those who ask at
 * the same time are given the same, so that no store is asked twice.
 */
export function metricsText(): Promise<string> {
  collecting ??= collect().finally(() => {
    collecting = undefined;
  });
  return collecting;
}

async function collect(): Promise<string> {
  if (reader === undefined) return "";
  const { resourceMetrics } = await reader.collect({ timeoutMillis: collectLimitMs });
  return serializer.serialize(withUnits(resourceMetrics));
}

const suffixes = new Map([
  ["s", "seconds"],
  ["By", "bytes"],
]);

/** Prometheus has units in names, by OpenTelemetry's rules for it; the serializer leaves that to others. */
function withUnits(resourceMetrics: ResourceMetrics): ResourceMetrics {
  const named = ({ descriptor, ...data }: MetricData): MetricData => {
    const suffix = suffixes.get(descriptor.unit);
    const name = suffix === undefined ? descriptor.name : `${descriptor.name}.${suffix}`;
    return { ...data, descriptor: { ...descriptor, name } };
  };
  const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.filter(({ dataPoints }) => dataPoints.length > 0).map(named),
  }));
  return { ...resourceMetrics, scopeMetrics };
}
