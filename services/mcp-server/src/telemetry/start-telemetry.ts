import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { metrics } from '@opentelemetry/api';
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { ConfigError } from 'anypod/cli';
import type { Exemplars } from './exemplars.ts';
import { createLeanHistograms } from './lean-histograms.ts';
import { createMetricsPage, createPageReader, type PageReader } from './metrics-page.ts';
import { addProcessMetrics } from './process-metrics.ts';

export interface TelemetryConfig {
  /** 0: no page of metrics. */
  readonly metricsPort: number;
  readonly metricsHost?: string;
  /** Undefined: nothing is traced, and nothing sent. */
  readonly otlpEndpoint?: string;
  readonly traceSampling: number;
  /** Where the pod itself listens. */
  readonly host: string;
  readonly port: number;
}

/**
 * Registers OpenTelemetry's SDK, and serves `/metrics` until the result is called. With neither a port nor an endpoint it does nothing, and the pod
 * neither counts nor traces. Throws `ConfigError` where the port cannot be had.
 */
export async function startTelemetry(config: TelemetryConfig): Promise<() => Promise<void>> {
  const { metricsPort: port, metricsHost: host = config.host, otlpEndpoint } = config;
  if (port === 0 && otlpEndpoint === undefined) return async () => undefined;
  const exemplars: Exemplars = new Map();
  const { reader, stop: stopSdk } = await startSdk(config, exemplars);
  addProcessMetrics(metrics.getMeter('process'));
  if (port === 0) return stopSdk;
  const serve = createMetricsPage(reader, exemplars);
  const stopListening = await listen(host, port, (request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  return async () => {
    stopListening();
    await stopSdk();
  };
}

async function startSdk(
  { otlpEndpoint: endpoint, traceSampling: sampling, port, metricsPort }: TelemetryConfig,
  exemplars: Exemplars,
): Promise<{ readonly reader: PageReader; stop(): Promise<void> }> {
  const resource = ownResource(port);
  if (endpoint !== undefined) {
    // Loaded only where it is used: it takes a third of a second, and 20 MB.
    const { startOtlp } = await import('./otlp.ts');
    return startOtlp({ endpoint, sampling, resource, page: metricsPort !== 0, exemplars });
  }
  const lean = createLeanHistograms(resource);
  const reader = createPageReader([lean.producer]);
  const provider = new MeterProvider({ resource, readers: [reader] });
  metrics.setGlobalMeterProvider(lean.over(provider, 'anypod'));
  return { reader, stop: () => provider.shutdown() };
}

async function listen(host: string, port: number, serve: RequestListener): Promise<() => void> {
  const server = createServer(serve).unref();
  try {
    // Without a host, Node listens on `::`, which takes IPv4 too, or on `0.0.0.0` if the kernel has no IPv6.
    server.listen({ port, ...(host !== '::' && { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw new ConfigError([`ANYPOD_METRICS_PORT: ${host}:${port} ${remedyFor(error as NodeJS.ErrnoException)}`]);
  }
  return () => void server.close();
}

function remedyFor({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'is in use; choose another with --metrics-port, or 0 for no metrics';
  return `cannot be used: ${message}`;
}

/** Names the service. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` go before. Other detectors would tell the command line, which may hold secrets. */
function ownResource(port: number): Resource {
  const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
  const own = resourceFromAttributes({
    'service.name': 'anypod',
    'service.version': version,
    'service.instance.id': `${hostname()}:${port}`,
  });
  return own.merge(detectResources({ detectors: [envDetector] }));
}
