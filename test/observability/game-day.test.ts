import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { rulesFor } from '../../tools/observability/alerts.ts';
import { FIXTURE } from '../cluster/deployment.ts';
import { type ServicePod, startServicePod } from '../cluster/service-pods.ts';
import { eventually } from '../cluster/settle.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { messagesOf, openSession, post } from '../cluster/wire.ts';
import { freePort } from '../lib/free-port.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

let redis: RedisServer;
let prometheus: Prometheus;
let switches = '';
let pods: readonly ServicePod[] = [];

/** The chart's alerts, but minutes and hours become seconds. */
function hastyRules(): object {
  const text = JSON.stringify(rulesFor('job="anypod"'));
  const hasty = text
    .replaceAll(/\[(?:5|10|15)m\]/g, '[10s]')
    .replaceAll('[6h] offset 10m', '[1m] offset 10s')
    .replaceAll(/"for":"\d+m"/g, '"for":"0s"');
  return JSON.parse(hasty) as object;
}

beforeAll(async () => {
  redis = await startRedis();
  const port = await freePort();
  switches = `http://127.0.0.1:${port}/switches`;
  const start = (env: Record<string, string>) =>
    startServicePod({ module: FIXTURE, redisUrl: redis.url, env: { ANYPOD_LEASE: '1000', ...env } });
  pods = await Promise.all([start({ ANYPOD_GAME_DAY_PORT: `${port}` }), start({}), start({})]);
  prometheus = await startPrometheus(
    pods.map(({ metrics }) => metrics),
    hastyRules(),
  );
});

afterEach(async () => {
  for (const name of ['slow', 'refuse', 'lease', 'inbox']) await fetch(`${switches}/${name}`, { method: 'DELETE' });
});

afterAll(async () => {
  await prometheus?.stop();
  await Promise.all(pods.map((pod) => pod.kill9()));
  await redis?.stop();
});

const podAt = (index: number) => new URL(pods[index]?.url ?? '');
const ping = (pod: URL) => post(pod, { jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': 'nobody' });

async function turnOn(name: string, setting: object = {}): Promise<void> {
  const response = await fetch(`${switches}/${name}`, { method: 'PUT', body: JSON.stringify(setting) });
  expect(response.status, await response.text()).toBe(200);
}

/** Repeats `cause` until the alert fires. */
async function fires(name: string, cause: () => Promise<unknown> = async () => undefined): Promise<void> {
  await eventually(async () => {
    await cause();
    const { alerts } = (await prometheus.api('/api/v1/alerts')) as { alerts: { labels: { alertname: string } }[] };
    expect(alerts.map(({ labels }) => labels.alertname)).toContain(name);
  });
}

/** A call on the first pod that waits for the answer of its client. */
async function asking(id: string) {
  const session = await openSession(podAt(1));
  const stream = readStream(await session.call(podAt(0), id, 'ask'));
  const question = await stream.until(({ method }) => method === 'elicitation/create');
  const answer = { jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { name: 'Ada' } } };
  return { session, stream, answer };
}

describe('the switch', () => {
  test('`inbox`: the answer waits until it is off, and AnypodMailLate [gameday.alerts]', async () => {
    const { session, stream, answer } = await asking('paused');
    await turnOn('inbox');
    expect((await session.send(podAt(1), answer)).status).toBe(202);
    await eventually(async () => {
      const found = await prometheus.query('anypod_requests_in_flight > 0');
      expect(found.map(({ metric }) => metric['instance'])).toEqual([new URL(pods[0]?.metrics ?? '').host]);
    });
    await fires('AnypodMailLate');
    const last = stream.rest();
    expect(await Promise.race([last, ping(podAt(1)).then(() => 'waiting')])).toBe('waiting');
    await fetch(`${switches}/inbox`, { method: 'DELETE' });
    expect((await last).at(-1)).toMatchObject({ id: 'paused', result: {} });
  });

  test('`refuse`: 503, and AnypodRedisAway [gameday.alerts]', async () => {
    await turnOn('refuse');
    const response = await ping(podAt(0));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await messagesOf(response))[0]?.error?.data).toEqual({ reason: 'store_unavailable' });
    expect((await ping(podAt(1))).status).toBe(404);
    expect((await fetch(`${pods[0]?.origin}/readyz`)).status).toBe(200);
    await fires('AnypodRedisAway', () => ping(podAt(0)));
  });

  test('`slow`: long requests, and AnypodSlow [gameday.alerts]', async () => {
    // The first value of a histogram begins its series, and a rate does not show it.
    await ping(podAt(0));
    const counted = `anypod_request_duration_seconds_count{method="ping",instance="${new URL(pods[0]?.metrics ?? '').host}"}`;
    await eventually(async () => expect(await prometheus.query(counted)).not.toEqual([]));
    await turnOn('slow', { ms: 11_000 });
    const began = performance.now();
    const requests = Array.from({ length: 20 }, () => ping(podAt(0)));
    const fired = fires('AnypodSlow');
    await Promise.all(requests);
    expect(performance.now() - began).toBeGreaterThan(10_900);
    await fired;
  });

  test('`lease`: other pods take over its calls, and AnypodPodLost [gameday.alerts]', async () => {
    const { session, stream } = await asking('lost');
    await turnOn('lease', { seconds: 30 });
    await stream.cut();
    const [last] = await readStream(await session.listen(podAt(2), lastEventId(stream.events))).rest();
    expect(last?.error?.data).toMatchObject({ reason: 'pod_lost' });
    await fires('AnypodPodLost');
  });
});

test('a pod without the setting has no switches [gameday.port]', async () => {
  const lines = pods.map((pod) => pod.logs().includes('failure switches'));
  expect(lines).toEqual([true, false, false]);
});
