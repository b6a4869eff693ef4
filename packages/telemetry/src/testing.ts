// For tests: what a collector of metrics would be told.
import { metrics } from "@opentelemetry/api";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { type Figure } from "./metrics";

class OnDemandReader extends MetricReader {
  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

export interface TestMeter {
  /** Collects the metrics of this process, of what was made after this meter. */
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
        .flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ value, attributes }) => ({ gauge: descriptor.name, value: Number(value), attributes })),
        );
    },
    stop: async () => {
      metrics.disable();
      await provider.shutdown();
    },
  };
}
