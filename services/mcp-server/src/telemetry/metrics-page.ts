import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics';
import { asOpenMetrics, type Exemplars } from './exemplars.ts';

/** Instruments that count seconds. Prometheus wants the unit in the name, and its exporter does not put it there. */
const IN_SECONDS: ReadonlySet<string> = new Set([
  'anypod.request.duration',
  'anypod.event_loop.blocked',
  'anypod.inbox.delay',
  'mcp.server.operation.duration',
  'mcp.server.session.duration',
  'mcp.client.operation.duration',
]);

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Collects for the page, also from `metricProducers`. */
export function createPageReader(metricProducers: MetricProducer[] = []): PrometheusExporter {
  // Its own server cannot listen on an address of IPv6: it makes a URL of it without brackets.
  return new PrometheusExporter({ preventServerStart: true, metricProducers });
}

/** What a page is made of. */
export type PageReader = Pick<MetricReader, 'collect'>;

/** Serves `/metrics`: for a scraper that asks for OpenMetrics with exemplars, otherwise in the form that everybody reads. */
export function createMetricsPage(reader: PageReader, exemplars: Exemplars) {
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    const { resourceMetrics } = await reader.collect();
    const scopeMetrics = resourceMetrics.scopeMetrics.map((scope) => ({
      ...scope,
      metrics: scope.metrics.map((metric) => ({ ...metric, descriptor: withUnit(metric.descriptor) })),
    }));
    const page = serializer.serialize({ ...resourceMetrics, scopeMetrics });
    const open = request.headers.accept?.includes('application/openmetrics-text') === true;
    response.setHeader('content-type', open ? OPEN_METRICS : 'text/plain; version=0.0.4; charset=utf-8');
    response.end(open ? asOpenMetrics(page, exemplars) : page);
  };
}

function withUnit<T extends { readonly name: string }>(descriptor: T): T {
  return { ...descriptor, name: inSeconds(descriptor.name) };
}

/** The name of an instrument, with its unit. */
export function inSeconds(name: string): string {
  return IN_SECONDS.has(name) ? `${name}.seconds` : name;
}
