import { metrics, type Attributes, type BatchObservableResult, type ObservableGauge } from "@opentelemetry/api";

export interface Figure<Name extends string> {
  readonly gauge: Name;
  readonly value: number;
  readonly attributes: Attributes;
}

/**
 * Offers gauges whose figures are worked out when metrics are collected, and at no other time. Where `read` fails, as it
 * does while a store is down, there are none that time.
 * @param gauges by name, each with its unit in UCUM ("s", "{row}")
 * @returns what withdraws them
 */
export function observeGauges<Name extends string>(
  gauges: Readonly<Record<Name, { readonly description: string; readonly unit: string }>>,
  read: () => Promise<Figure<Name>[]>,
): () => void {
  const meter = metrics.getMeter("shop");
  const byName = new Map<Name, ObservableGauge>();
  for (const name in gauges) byName.set(name, meter.createObservableGauge(name, gauges[name]));
  const observed = [...byName.values()];
  const observe = async (result: BatchObservableResult): Promise<void> => {
    for (const { gauge, value, attributes } of await read().catch(() => [])) {
      const instrument = byName.get(gauge);
      if (instrument !== undefined) result.observe(instrument, value, attributes);
    }
  };
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}

/**
 * Offers one figure that is at hand, under attributes whose values are few and known.
 * @returns what withdraws it
 */
export function observeLevel(
  name: string,
  options: { readonly description: string; readonly unit: string; readonly attributes?: Attributes },
  read: () => number,
): () => void {
  const { attributes = {}, ...gauge } = options;
  return observeGauges({ [name]: gauge }, () => Promise.resolve([{ gauge: name, value: read(), attributes }]));
}
