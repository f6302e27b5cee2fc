import { diag } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { type IMetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { type Exemplars, noteExemplars } from './exemplars.ts';

const COMPLAINS_EVERY_MS = 60_000;
/** OpenTelemetry's own default for `OTEL_METRIC_EXPORT_INTERVAL`. */
const PUSH_EVERY_MS = 60_000;

export interface OtlpOptions {
  readonly endpoint: string;
  /** From 0 to 1. */
  readonly sampling: number;
  readonly resource: Resource;
  /** More ways out for the metrics. */
  readonly readers: readonly IMetricReader[];
  /** Gets the requests that are recorded. */
  readonly exemplars: Exemplars;
}

/**
 * Traces, and sends traces and metrics to a collector. The exporters read the other variables of OpenTelemetry, such as `OTEL_EXPORTER_OTLP_HEADERS`
 * and `OTEL_BSP_SCHEDULE_DELAY`. Nothing is instrumented by itself: that would replace modules of the user's server.
 */
export function startOtlp({ endpoint, sampling, resource, readers, exemplars }: OtlpOptions): () => Promise<void> {
  complainRarely();
  const url = (signal: string) => `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;
  const exportIntervalMillis = Number(process.env['OTEL_METRIC_EXPORT_INTERVAL']) || PUSH_EVERY_MS;
  const push = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: url('metrics') }),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportIntervalMillis, 30_000),
  });
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    instrumentations: [],
    logRecordProcessors: [],
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampling) }),
    traceExporter: noteExemplars(new OTLPTraceExporter({ url: url('traces') }), exemplars),
    metricReaders: [...readers, push],
  });
  sdk.start();
  return () => sdk.shutdown();
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
