import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { ConfigError } from 'anypod/cli';
import { addProcessMetrics } from './process-metrics.ts';

export interface MetricsConfig {
  /** 0: no metrics. */
  readonly metricsPort: number;
  readonly metricsHost?: string;
  /** Where the pod itself listens. */
  readonly host: string;
}

/** Serves `/metrics` until the result is called. Throws `ConfigError` where the port cannot be had. */
export async function startMetrics(config: MetricsConfig): Promise<() => Promise<void>> {
  const { metricsPort: port, metricsHost: host = config.host } = config;
  if (port === 0) return async () => undefined;
  // The exporter's own server cannot listen on an address of IPv6: it makes a URL of it without brackets.
  const exporter = new PrometheusExporter({ withoutScopeInfo: true, preventServerStart: true });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'anypod', 'service.version': version() }),
    readers: [exporter],
    // Prometheus wants the unit in the name, and this exporter does not put it there.
    views: [
      { instrumentName: 'anypod.request.duration', name: 'anypod.request.duration.seconds' },
      { instrumentName: 'anypod.event_loop.blocked', name: 'anypod.event_loop.blocked.seconds' },
    ],
  });
  metrics.setGlobalMeterProvider(provider);
  addProcessMetrics(provider.getMeter('process'));
  const server = createServer((request, response) => {
    if (request.url?.split('?', 1)[0] === '/metrics') exporter.getMetricsRequestHandler(request, response);
    else response.writeHead(404).end();
  }).unref();
  try {
    // Without a host, Node listens on `::`, which takes IPv4 too, or on `0.0.0.0` if the kernel has no IPv6.
    server.listen({ port, ...(host !== '::' && { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw new ConfigError([`ANYPOD_METRICS_PORT: ${host}:${port} ${remedyFor(error as NodeJS.ErrnoException)}`]);
  }
  return async () => {
    server.close();
    await provider.shutdown();
  };
}

function remedyFor({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'is in use; choose another with --metrics-port, or 0 for no metrics';
  return `cannot be used: ${message}`;
}

function version(): string {
  const manifest = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
  return manifest.version;
}
