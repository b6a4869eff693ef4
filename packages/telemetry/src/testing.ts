// For tests: what a collector of metrics would be told.
import { metrics } from "@opentelemetry/api";
import { DataPointType, MeterProvider } from "@opentelemetry/sdk-metrics";
import { type Figure } from "./metrics";
import { OnDemandReader } from "./metrics-reader";

export interface TestMeter {
  /**
   * Collects the metrics of this process: gauges that were made after this meter, and counters since the process began. Of a
   * histogram the value is how often something was recorded.
   */
  collect(): Promise<Figure<string>[]>;
  stop(): Promise<void>;
}

/** Makes this process measure; to be started before what is to be measured. */
export function startTestMeter(): TestMeter {
  const reader = new OnDemandReader();
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  return {
    collect: async () => {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics
        .flatMap((scope) => scope.metrics)
        .flatMap((metric) => {
          const { name: gauge } = metric.descriptor;
          return metric.dataPointType === DataPointType.SUM || metric.dataPointType === DataPointType.GAUGE
            ? metric.dataPoints.map(({ value, attributes }) => ({ gauge, value, attributes }))
            : metric.dataPoints.map(({ value, attributes }) => ({ gauge, value: value.count, attributes }));
        });
    },
    stop: async () => {
      metrics.disable();
      await provider.shutdown();
    },
  };
}
export { type OtlpReceiver, startOtlpReceiver } from "./otlp-receiver";
export { type ReceivedSpan } from "./otlp-spans";
