import type { Meter, MetricOptions } from '@opentelemetry/api';
import { createInstruments } from '../../packages/anypod/src/telemetry/instruments.ts';
import { inSeconds } from '../../services/mcp-server/src/telemetry/metrics-page.ts';
import { addProcessMetrics } from '../../services/mcp-server/src/telemetry/process-metrics.ts';

type Kind = 'counter' | 'gauge' | 'histogram';

/** A metric as its definition in the code says. */
export interface Series {
  /** The name on `/metrics`. A histogram's samples end with `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly kind: Kind;
  readonly description: string;
}

/** Notes what is defined with it. It is only asked for instruments, never to measure. */
function createNotingMeter(notes: Map<string, Series>): Meter {
  const noting =
    (kind: Kind) =>
    (name: string, { description = '' }: MetricOptions = {}) => {
      const page = inSeconds(name).replaceAll('.', '_') + (kind === 'counter' ? '_total' : '');
      notes.set(name, { name: page, kind, description });
      return { addCallback: () => undefined };
    };
  return {
    createCounter: noting('counter'),
    createObservableCounter: noting('counter'),
    createUpDownCounter: noting('gauge'),
    createObservableGauge: noting('gauge'),
    createHistogram: noting('histogram'),
  } as unknown as Meter;
}

function readDefinitions(): ReadonlyMap<string, Series> {
  const notes = new Map<string, Series>();
  const meter = createNotingMeter(notes);
  createInstruments(meter);
  addProcessMetrics(meter);
  return notes;
}

/** Every metric of a pod, by its name in the code. */
export const SERIES: ReadonlyMap<string, Series> = readDefinitions();

function seriesOf(metric: string, ...kinds: Kind[]): Series {
  const series = SERIES.get(metric);
  if (series === undefined || !kinds.includes(series.kind)) throw new Error(`${metric} is no ${kinds.join(' or ')}`);
  return series;
}

/**
 * Stands in each selector for the labels that pick out one release. The chart writes its namespace and service there, the dashboard its variables.
 */
export const SCOPE = 'SCOPE';

/** A gauge's selector. `labels` are written as in PromQL: `kind="standing"`. */
export function gauge(metric: string, ...labels: string[]): string {
  return selector(seriesOf(metric, 'gauge').name, labels);
}

/** A counter's selector; for what a histogram counts, its `_count`. */
export function counter(metric: string, ...labels: string[]): string {
  const { name, kind } = seriesOf(metric, 'counter', 'histogram');
  return selector(kind === 'histogram' ? `${name}_count` : name, labels);
}

/** The selector of a histogram's buckets. */
export function buckets(metric: string, ...labels: string[]): string {
  return selector(`${seriesOf(metric, 'histogram').name}_bucket`, labels);
}

function selector(name: string, labels: readonly string[]): string {
  return `${name}{${[...labels, SCOPE].join()}}`;
}
