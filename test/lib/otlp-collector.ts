import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

type Value = { readonly stringValue?: string; readonly intValue?: string | number; readonly doubleValue?: number };
interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** A span as a collector gets it. */
export interface CollectedSpan {
  /** The `service.instance.id` of the process that sent it. */
  readonly pod: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
}

/** A data point of a histogram or sum. */
export interface CollectedPoint {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/** Takes OTLP over HTTP with JSON, as a collector does. */
export interface OtlpCollector {
  readonly url: string;
  readonly spans: CollectedSpan[];
  readonly points: CollectedPoint[];
  /** Everything that was sent, as text. */
  readonly text: string[];
  stop(): Promise<void>;
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const [spans, points, text]: [CollectedSpan[], CollectedPoint[], string[]] = [[], [], []];
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    text.push(body);
    if (request.url === '/v1/traces') spans.push(...spansOf(JSON.parse(body)));
    else if (request.url === '/v1/metrics') points.push(...pointsOf(JSON.parse(body)));
    response.writeHead(request.url?.startsWith('/v1/') ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
  }
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, points, text, stop };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const bytes = Buffer.concat(await request.toArray());
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

function attributesOf(attributes: readonly Attribute[] = []): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.doubleValue ?? Number(value.intValue)]),
  );
}

interface Sent {
  readonly resource: { readonly attributes: readonly Attribute[] };
}

function spansOf({ resourceSpans }: { resourceSpans: (Sent & { scopeSpans: { spans: RawSpan[] }[] })[] }) {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const pod = String(attributesOf(resource.attributes)['service.instance.id']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, kind, traceId, spanId, parentSpanId = '', links = [], attributes, status }) => ({
        ...{ pod, name, kind, traceId, spanId, parentSpanId, attributes: attributesOf(attributes) },
        links: links.map((link) => link.traceId),
        failed: status?.code === 2,
      })),
    );
  });
}

interface RawSpan extends Omit<CollectedSpan, 'links' | 'attributes' | 'failed' | 'pod' | 'parentSpanId'> {
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string }[];
  readonly attributes: readonly Attribute[];
  readonly status?: { readonly code?: number };
}

interface RawPoint {
  readonly attributes: readonly Attribute[];
  readonly count?: string | number;
  readonly asInt?: string | number;
  readonly asDouble?: number;
}

interface RawMetric {
  readonly name: string;
  readonly histogram?: { readonly dataPoints: readonly RawPoint[] };
  readonly sum?: { readonly dataPoints: readonly RawPoint[] };
}

function pointsOf({ resourceMetrics }: { resourceMetrics: (Sent & { scopeMetrics: { metrics: RawMetric[] }[] })[] }) {
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return metrics.flatMap(({ name, histogram, sum }) =>
    [...(histogram?.dataPoints ?? []), ...(sum?.dataPoints ?? [])].map((point) => ({
      metric: name,
      attributes: attributesOf(point.attributes),
      count: Number(point.count ?? point.asInt ?? point.asDouble),
    })),
  );
}
