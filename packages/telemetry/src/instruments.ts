import { type Attributes, type HrTime, ValueType } from "@opentelemetry/api";
import { emptyResource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram as HistogramValue,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";

// What is counted and timed at every request. The SDK's own instruments look their attributes up anew at each recording,
// which costs 2 µs a time; here they are looked up once, and a recording costs some additions.

export interface InstrumentOptions {
  readonly description: string;
  /** In UCUM: "s", "{request}". */
  readonly unit: string;
}

/** Counts what has one set of attributes. */
export interface Tally {
  add(count?: number): void;
}

/** Notes how large something was that has one set of attributes. */
export interface Distribution {
  record(value: number): void;
}

export interface Instrument<Bound> {
  /** The one for these attributes, to be kept by whoever records with it often. Their values must be few and known. */
  of(attributes: Attributes): Bound;
}

/** Those of the semantic conventions for durations in seconds. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Of one instrument. What comes beyond is counted together, so that a mistake cannot fill the memory. */
const maxSeries = 1_000;
const overflow = { "otel.metric.overflow": true };

interface Series<Bound, Value> {
  readonly bound: Bound;
  readonly value: () => Value;
}
interface Registered {
  readonly instrument: Instrument<unknown>;
  readonly collect: () => MetricData;
}

const startTime = now();
const registered = new Map<string, Registered>();

/** A counter of this process; the same one for the same name. */
export function createCounter(name: string, options: InstrumentOptions): Instrument<Tally> {
  return register<Tally, number>(name, options, createTally, (dataPoints) => ({
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints,
  }));
}

/** A histogram of this process, of seconds; the same one for the same name. */
export function createHistogram(name: string, options: InstrumentOptions): Instrument<Distribution> {
  return register<Distribution, HistogramValue>(name, options, createDistribution, (dataPoints) => ({
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints,
  }));
}

/** Hands all of them to a reader of metrics. */
export const instruments: MetricProducer = {
  collect: () =>
    Promise.resolve({
      resourceMetrics: {
        resource: emptyResource(),
        scopeMetrics: [{ scope: { name: "shop" }, metrics: [...registered.values()].map(({ collect }) => collect()) }],
      },
      errors: [],
    }),
};

type Shape<Value> = (
  dataPoints: DataPoint<Value>[],
) =>
  | { dataPointType: DataPointType.SUM; isMonotonic: boolean; dataPoints: DataPoint<number>[] }
  | { dataPointType: DataPointType.HISTOGRAM; dataPoints: DataPoint<HistogramValue>[] };

function register<Bound, Value>(
  name: string,
  { description, unit }: InstrumentOptions,
  begin: () => Series<Bound, Value>,
  shape: Shape<Value>,
): Instrument<Bound> {
  const known = registered.get(name);
  if (known !== undefined) return known.instrument as Instrument<Bound>;
  const byKey = new Map<string, Series<Bound, Value> & { readonly attributes: Attributes }>();
  const instrument: Instrument<Bound> = {
    of: (given) => {
      const wanted = keyOf(given);
      const isBeyond = !byKey.has(wanted) && byKey.size >= maxSeries;
      const [key, attributes] = isBeyond ? [keyOf(overflow), overflow] : [wanted, given];
      const series = byKey.get(key) ?? { ...begin(), attributes };
      byKey.set(key, series);
      return series.bound;
    },
  };
  const collect = (): MetricData => {
    const endTime = now();
    const points = [...byKey.values()].map(({ attributes, value }) => ({
      ...{ startTime, endTime, attributes },
      value: value(),
    }));
    const descriptor = { name, description, unit, valueType: ValueType.DOUBLE };
    return { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE, ...shape(points) };
  };
  registered.set(name, { instrument, collect });
  return instrument;
}

function now(): HrTime {
  const ms = Date.now();
  return [Math.trunc(ms / 1_000), (ms % 1_000) * 1e6];
}

function keyOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function createTally(): Series<Tally, number> {
  let total = 0;
  return {
    bound: {
      add: (count = 1) => {
        total += count;
      },
    },
    value: () => total,
  };
}

function createDistribution(): Series<Distribution, HistogramValue> {
  const counts = new Array<number>(boundaries.length + 1).fill(0);
  let sum = 0;
  let count = 0;
  return {
    bound: {
      record: (value) => {
        let bucket = 0;
        while (bucket < boundaries.length && value > (boundaries[bucket] ?? Infinity)) bucket += 1;
        counts[bucket] = (counts[bucket] ?? 0) + 1;
        sum += value;
        count += 1;
      },
    },
    value: () => ({ buckets: { boundaries, counts: [...counts] }, sum, count }),
  };
}
