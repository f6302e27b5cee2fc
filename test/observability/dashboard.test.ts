import { afterAll, beforeAll, expect, test } from 'vitest';
import { QUERIES } from '../../tools/observability/dashboard.ts';
import { SCOPE, SERIES } from '../../tools/observability/series.ts';
import { FIXTURE } from '../cluster/deployment.ts';
import { askingCall, shortRequests } from '../cluster/metrics-traffic.ts';
import { type ServicePod, startServicePod } from '../cluster/service-pods.ts';
import { eventually } from '../cluster/settle.ts';
import { type OtlpCollector, startOtlpCollector } from '../lib/otlp-collector.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

let redis: RedisServer;
let collector: OtlpCollector;
let prometheus: Prometheus;
let pods: readonly ServicePod[] = [];

beforeAll(async () => {
  [redis, collector] = await Promise.all([startRedis(), startOtlpCollector()]);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ANYPOD_TRACE_SAMPLING: '1', OTEL_BSP_SCHEDULE_DELAY: '50' };
  const start = () => startServicePod({ module: FIXTURE, redisUrl: redis.url, env });
  pods = await Promise.all([start(), start(), start()]);
  prometheus = await startPrometheus(pods.map(({ metrics }) => metrics));
});

afterAll(async () => {
  await prometheus?.stop();
  await Promise.all(pods.map((pod) => pod.kill9()));
  await collector?.stop();
  await redis?.stop();
});

const podAt = (index: number) => new URL(pods[index]?.url ?? '');

/** A query of the dashboard as Grafana sends it, when nobody has chosen a namespace. */
const sent = (expr: string) =>
  expr.replaceAll(SCOPE, 'namespace=~".*",service=~".*"').replaceAll('$__rate_interval', '1m');

test('Prometheus reads all pods', async () => {
  await eventually(async () => {
    const up = await prometheus.query('up{job="anypod"}');
    expect(up.map(({ value }) => value[1])).toEqual(['1', '1', '1']);
  });
});

test('every panel shows something on pods with traffic [dashboard.queries]', async () => {
  const session = await shortRequests(podAt(0));
  await (await (await askingCall(podAt(1), session, 'asks')).cut()).answer(podAt(2));
  // A rate needs two samples of each series, and a histogram begins with its first value.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const again = await shortRequests(podAt(0));
  await (await (await askingCall(podAt(1), again, 'again')).cut()).answer(podAt(2));
  for (const { panel, legend, expr } of QUERIES) {
    await eventually(
      async () => expect(await prometheus.query(sent(expr)), `${panel}: ${legend}`).not.toEqual([]),
      20_000,
    );
  }
});

test('every series of a pod is one that is defined, and the other way round [dashboard.queries]', async () => {
  const names = (await prometheus.api('/api/v1/label/__name__/values')) as string[];
  const seen = names.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  const own = seen.filter((name) => /^(anypod|mcp|process|v8js|nodejs)_/.test(name));
  expect([...new Set(own)].sort()).toEqual([...SERIES.values()].map(({ name }) => name).sort());
});

test('Prometheus keeps the traces of durations [metrics.exemplars]', async () => {
  const query = encodeURIComponent('anypod_request_duration_seconds_bucket');
  const now = Math.ceil(Date.now() / 1000) + 60;
  await eventually(async () => {
    await shortRequests(podAt(0));
    const found = (await prometheus.api(`/api/v1/query_exemplars?query=${query}&start=${now - 600}&end=${now}`)) as {
      exemplars: { labels: { trace_id: string } }[];
    }[];
    const traces = found.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
    expect(collector.spans.map(({ traceId }) => traceId)).toEqual(expect.arrayContaining(traces.slice(0, 1)));
    expect(traces.length).toBeGreaterThan(0);
  });
});
