import {
  type Attributes,
  type Histogram,
  type HrTime,
  type Meter,
  type MeterProvider,
  type MetricOptions,
  ValueType,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type HistogramMetricData,
  type MetricProducer,
  type Histogram as Totals,
} from '@opentelemetry/sdk-metrics';

/** The SDK's own limit for the series of one metric. */
const MOST_SERIES = 2000;
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };
const NONE: Attributes = {};

export interface LeanHistograms {
  /** Has the totals since the start. Every reader of the provider needs it. */
  readonly producer: MetricProducer;
  /** A provider with lean histograms in the scope `scope`. Everything else comes from `provider`. */
  over(provider: MeterProvider, scope: string): MeterProvider;
}

/**
 * Histograms that find the series of a record by the identity of its attributes. The SDK writes the attributes of each record as text to find it, and a request
 * has two records: that is most of what metrics cost. Whoever records must not change an attributes object afterwards. They count totals, so a reader
 * that wants what is new since the last time needs the SDK's own.
 */
export function createLeanHistograms(resource: Resource): LeanHistograms {
  const scopes = new Map<string, Map<string, LeanHistogram>>();

  function lean(meter: Meter, scope: string): Meter {
    const known = scopes.get(scope) ?? new Map<string, LeanHistogram>();
    scopes.set(scope, known);
    const createHistogram: Meter['createHistogram'] = (name, options = {}) => {
      const boundaries = options.advice?.explicitBucketBoundaries;
      if (boundaries === undefined) return meter.createHistogram(name, options);
      const histogram = known.get(name) ?? new LeanHistogram(name, options, boundaries);
      known.set(name, histogram);
      return histogram;
    };
    return new Proxy(meter, {
      get(target, key) {
        if (key === 'createHistogram') return createHistogram;
        const member: unknown = Reflect.get(target, key);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }

  return {
    producer: {
      async collect() {
        const now = timeNow();
        const scopeMetrics = [...scopes].map(([name, histograms]) => ({
          scope: { name },
          metrics: [...histograms.values()].filter(({ used }) => used).map((histogram) => histogram.read(now)),
        }));
        return { resourceMetrics: { resource, scopeMetrics }, errors: [] };
      },
    },
    over: (provider, scope) => ({
      getMeter(name, version, options) {
        const meter = provider.getMeter(name, version, options);
        return name === scope ? lean(meter, scope) : meter;
      },
    }),
  };
}

class LeanHistogram implements Histogram {
  readonly #name: string;
  readonly #options: MetricOptions;
  readonly #boundaries: readonly number[];
  readonly #byIdentity = new WeakMap<Attributes, Series>();
  readonly #byText = new Map<string, Series>();

  constructor(name: string, options: MetricOptions, boundaries: readonly number[]) {
    this.#name = name;
    this.#options = options;
    this.#boundaries = boundaries;
  }

  get used(): boolean {
    return this.#byText.size > 0;
  }

  record(value: number, attributes: Attributes = NONE): void {
    // As the SDK does. NaN is no value either.
    if (!(value >= 0)) return;
    let series = this.#byIdentity.get(attributes);
    if (series === undefined) {
      series = this.#seriesOf(attributes);
      this.#byIdentity.set(attributes, series);
    }
    series.add(value, this.#boundaries);
  }

  read(now: HrTime): HistogramMetricData {
    const { description = '', unit = '', valueType = ValueType.DOUBLE } = this.#options;
    return {
      descriptor: { name: this.#name, description, unit, valueType },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [...this.#byText.values()].map((series) => series.read(this.#boundaries, now)),
    };
  }

  #seriesOf(attributes: Attributes): Series {
    const text = textOf(attributes);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    if (this.#byText.size >= MOST_SERIES - 1 && attributes !== OVERFLOW) return this.#seriesOf(OVERFLOW);
    const series = new Series(attributes, this.#boundaries.length + 1);
    this.#byText.set(text, series);
    return series;
  }
}

class Series {
  readonly #attributes: Attributes;
  readonly #counts: number[];
  readonly #since = timeNow();
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(attributes: Attributes, buckets: number) {
    this.#attributes = attributes;
    this.#counts = Array<number>(buckets).fill(0);
  }

  add(value: number, boundaries: readonly number[]): void {
    let bucket = 0;
    // A bucket holds its upper boundary.
    while (bucket < boundaries.length && value > (boundaries[bucket] as number)) bucket += 1;
    (this.#counts[bucket] as number) += 1;
    this.#count += 1;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  read(boundaries: readonly number[], now: HrTime): DataPoint<Totals> {
    const [count, sum, min, max] = [this.#count, this.#sum, this.#min, this.#max];
    const buckets = { boundaries: [...boundaries], counts: [...this.#counts] };
    return {
      attributes: this.#attributes,
      startTime: this.#since,
      endTime: now,
      value: { buckets, count, sum, min, max },
    };
  }
}

/** The same for attributes in any order. */
function textOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function timeNow(): HrTime {
  const ms = Date.now();
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}
