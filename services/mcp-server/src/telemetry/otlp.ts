import { diag, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AlwaysOnSampler, type IdGenerator, ParentBasedSampler } from '@opentelemetry/sdk-trace';
import { type Exemplars, noteExemplars } from './exemplars.ts';
import { createLeanHistograms, type LeanHistograms } from './lean-histograms.ts';
import { createLeanRoots } from './lean-roots.ts';
import { createPageReader } from './metrics-page.ts';
import { createRandomIds } from './random-ids.ts';

const COMPLAINS_EVERY_MS = 60_000;
/** OpenTelemetry's own default for `OTEL_METRIC_EXPORT_INTERVAL`. */
const PUSH_EVERY_MS = 60_000;

export interface OtlpOptions {
  readonly endpoint: string;
  /** From 0 to 1. */
  readonly sampling: number;
  readonly resource: Resource;
  /** Whether `/metrics` is served too. */
  readonly page: boolean;
  /** Gets the requests that are recorded. */
  readonly exemplars: Exemplars;
}

export interface Otlp {
  /** Collects for `/metrics`. */
  readonly reader: MetricReader;
  stop(): Promise<void>;
}

/**
 * Traces, and sends traces and metrics to a collector. The exporters read the other variables of OpenTelemetry, such as `OTEL_EXPORTER_OTLP_HEADERS`
 * and `OTEL_BSP_SCHEDULE_DELAY`. Nothing is instrumented by itself: that would replace modules of the user's server.
 */
export function startOtlp({ endpoint, sampling, resource, page, exemplars }: OtlpOptions): Otlp {
  complainRarely();
  const url = (signal: string) => `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;
  const exportIntervalMillis = Number(process.env['OTEL_METRIC_EXPORT_INTERVAL']) || PUSH_EVERY_MS;
  const lean = sendsTotals() ? createLeanHistograms(resource) : undefined;
  const push = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: url('metrics') }),
    metricProducers: lean === undefined ? [] : [lean.producer],
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportIntervalMillis, 30_000),
  });
  // Each reader counts everything for itself, so there is one, unless the collector wants other sums than the page.
  const reader = page && lean === undefined ? createPageReader() : push;
  const ids = createRandomIds();
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    instrumentations: [],
    logRecordProcessors: [],
    idGenerator: ids,
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    traceExporter: noteExemplars(new OTLPTraceExporter({ url: url('traces') }), exemplars),
    metricReaders: [...new Set([reader, push])],
  });
  sdk.start();
  decideRoots(sampling, ids);
  if (lean !== undefined) replaceHistograms(lean);
  return { reader, stop: () => sdk.shutdown() };
}

/** Puts the decision about new traces in front of the SDK, which records each root that it gets. */
function decideRoots(sampling: number, ids: IdGenerator): void {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider)
    provider.setDelegate(createLeanRoots(provider.getDelegate(), sampling, ids));
}

function replaceHistograms(lean: LeanHistograms): void {
  const provider = lean.over(metrics.getMeterProvider(), 'anypod');
  // The API refuses a second provider.
  metrics.disable();
  metrics.setGlobalMeterProvider(provider);
}

/** Whether the exporter sends sums since the start, as the page has them. */
function sendsTotals(): boolean {
  const preference = process.env['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'] ?? '';
  return preference === '' || preference.toLowerCase() === 'cumulative';
}

/** A collector that is away must not fill the log: its failures are repeated with every batch. */
function complainRarely(): void {
  let last = Number.NEGATIVE_INFINITY;
  const complain = (message: string) => {
    if (performance.now() - last < COMPLAINS_EVERY_MS) return;
    last = performance.now();
    console.warn(`OpenTelemetry: ${message.slice(0, 500)}`);
  };
  const silent = () => undefined;
  diag.setLogger({ error: complain, warn: complain, info: silent, debug: silent, verbose: silent });
}
