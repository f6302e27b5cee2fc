import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Balancer } from '../lib/balancer-process.ts';
import { startHaproxy } from '../lib/haproxy.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { scrape, sumOf } from '../lib/scrape.ts';
import { FIXTURE } from './deployment.ts';
import { documentedSeries } from './documented-series.ts';
import { askingCall, modern, SHORT_REQUESTS, shortRequests } from './metrics-traffic.ts';
import { type ServicePod, startServicePod } from './service-pods.ts';
import { eventually } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { beginTask, isOver, send, taskWhen } from './task-wire.ts';
import { messagesOf, openSession, type WireSession } from './wire.ts';

const LONG_MS = 30_000;
const TASK_TOOLS = JSON.stringify({ whoami: { mode: 'always' }, wait_cancel: { mode: 'always' } });

let redis: RedisServer;
let haproxy: Balancer;
let pods: readonly ServicePod[] = [];

beforeAll(async () => {
  redis = await startRedis();
  const options = {
    module: FIXTURE,
    redisUrl: redis.url,
    env: { ANYPOD_LEASE: '1500', ANYPOD_TASK_TOOLS: TASK_TOOLS },
  };
  pods = await Promise.all([startServicePod(options), startServicePod(options)]);
  haproxy = await startHaproxy({ pods, balance: 'roundrobin' });
});

afterAll(async () => {
  await haproxy?.stop();
  await Promise.all(pods.map((pod) => pod.kill9()));
  await redis?.stop();
});

const balancer = () => new URL(haproxy.url);
const podAt = (index: number) => new URL(pods[index]?.url ?? '');
const scrapeAll = () =>
  Promise.all(pods.filter(({ process }) => process.running).map(({ metrics }) => scrape(metrics)));
const sums = async (name: string) => sumOf(await scrapeAll(), name);

// One story: each test goes on where the one before it ended.
describe('what two pods count', () => {
  let session: WireSession;

  test('adds up to what their clients asked [metrics.exact] [metrics.bounded]', async () => {
    session = await shortRequests(balancer());
    expect(await sums('anypod_requests_total')).toEqual(SHORT_REQUESTS);
    expect(await sums('anypod_requests_in_flight')).toEqual({});
    expect(await sums('anypod_sessions_created_total')).toEqual({ '': 3 });
    expect(await sums('anypod_sessions_ended_total')).toEqual({ 'reason=deleted': 1 });
    expect(await sums('anypod_request_duration_seconds_count')).toMatchObject({
      'method=tools/call,era=legacy': 4,
      'method=tools/call,era=modern': 4,
      'method=other,era=legacy': 2,
    });
  });

  test('follows a call whose client comes back, to its end [metrics.exact]', async () => {
    const asking = await askingCall(podAt(0), session, 'asking');
    expect(await sums('anypod_requests_in_flight')).toEqual({ '': 1 });
    expect(await sums('anypod_streams_open')).toEqual({ 'kind=request': 1 });
    const { from, answer } = await asking.cut();
    await eventually(async () => expect(await sums('anypod_streams_open')).toEqual({}));
    expect(await sums('anypod_requests_in_flight')).toEqual({ '': 1 });

    const resumed = readStream(await session.listen(podAt(1), from.last));
    expect(await sums('anypod_streams_open')).toEqual({ 'kind=request': 1 });
    await answer(balancer());
    await resumed.rest();
    await messagesOf(await session.listen(podAt(1), from.first));
    expect((await session.listen(podAt(0), lastEventId(resumed.events))).status).toBe(204);
    await messagesOf(await session.listen(podAt(0), 'nonsense'));

    expect(await sums('anypod_resumes_total')).toEqual({
      'outcome=live': 1,
      'outcome=replayed': 1,
      'outcome=finished': 1,
      'outcome=refused': 1,
    });
    expect(await sums('anypod_requests_total')).toEqual({
      ...SHORT_REQUESTS,
      'method=tools/call,era=legacy,outcome=ok': 5,
      'method=answer,era=legacy,outcome=ok': 1,
      'method=GET,era=legacy,outcome=ok': 3,
      'method=GET,era=legacy,outcome=refused': 1,
    });
    expect(await sums('anypod_requests_in_flight')).toEqual({});
    expect(await sums('anypod_streams_open')).toEqual({});
  });

  test('tells which streams merely wait [metrics.exact]', async () => {
    const left = new AbortController();
    const standing = await session.listen(podAt(0), undefined, left.signal);
    const wanted = { notifications: { toolsListChanged: true } };
    const listening = await modern(podAt(1), 'subscriptions/listen', wanted, left.signal);
    expect(await sums('anypod_streams_open')).toEqual({ 'kind=standing': 1, 'kind=listen': 1 });
    expect(await sums('anypod_requests_in_flight')).toEqual({});
    left.abort();
    await Promise.allSettled([standing.text(), listening.text()]);
    await eventually(async () => expect(await sums('anypod_streams_open')).toEqual({}));
  });

  test('tells what tasks do, and how many run and wait [metrics.exact]', async () => {
    await taskWhen([podAt(0)], (await beginTask(podAt(0), 'whoami', {})).taskId, isOver);
    const { taskId } = await beginTask(podAt(1), 'wait_cancel', { key: 'task' });
    await eventually(async () => expect(await sums('anypod_tasks_running')).toEqual({ '': 1 }));
    expect(await sums('anypod_tasks_queued')).toEqual({});
    await send(podAt(0), 'tasks/cancel', { taskId });
    await eventually(async () => expect(await sums('anypod_tasks_running')).toEqual({}));
    const counted = { 'event=queued': 2, 'event=started': 2, 'event=completed': 1, 'event=cancelled': 1 };
    expect(await sums('anypod_tasks_total')).toEqual(counted);
  });

  test('is documented, with its type and its labels [metrics.documented]', async () => {
    const documented = await documentedSeries();
    const pages = await scrapeAll();
    // A histogram begins with its first value, so one pod may have what another has not.
    expect(Object.fromEntries(pages.flatMap(({ types }) => [...types]))).toEqual(
      Object.fromEntries([...documented].map(([name, { type }]) => [name, type])),
    );
    for (const { samples } of pages) {
      for (const sample of samples.keys()) {
        const [name = ''] = sample.split('{');
        const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
        const series = documented.get(name) ?? documented.get(name.replace(/_(bucket|sum|count)$/, ''));
        // Those of OpenTelemetry's conventions are absent where they say nothing.
        if (name.startsWith('mcp_')) expect(series?.labels, sample).toEqual(expect.arrayContaining(labels));
        else expect(labels, sample).toEqual(series?.labels);
      }
    }
  });

  test('goes on where a pod is killed: the other one counts its orphan [metrics.exact]', async () => {
    const asking = await askingCall(podAt(0), session, 'orphan');
    const { from } = await asking.cut();
    const followed = readStream(await session.listen(podAt(1), from.last));
    await pods[0]?.kill9();
    const [ending] = await followed.rest();
    expect(ending?.error?.data).toMatchObject({ reason: 'pod_lost' });
    expect(await sums('anypod_orphans_total')).toEqual({ 'outcome=refused': 1 });
    expect(await sums('anypod_requests_in_flight')).toEqual({});
    expect(await sums('anypod_streams_open')).toEqual({});
  });
});

describe('a pod that goes', () => {
  const phase = async (pod: ServicePod) => (await scrape(pod.metrics)).samples.get('anypod_drain_phase');
  const start = (drainDelayMs: number) =>
    startServicePod({
      module: FIXTURE,
      redisUrl: redis.url,
      env: { ANYPOD_DRAIN_DELAY: `${drainDelayMs}`, ANYPOD_DRAIN_TIMEOUT: `${LONG_MS}` },
    });

  test('says that it serves until it is announced to go [metrics.drain]', async () => {
    const pod = await start(LONG_MS);
    expect(await phase(pod)).toBe(0);
    pod.process.signal('SIGTERM');
    await eventually(async () => expect(await phase(pod)).toBe(1));
    await pod.kill9();
  });

  test('says that it drains while a call goes on, and is gone after it [metrics.drain]', async () => {
    const pod = await start(0);
    const session = await openSession(new URL(pod.url));
    const asking = await askingCall(new URL(pod.url), session, 'last');
    pod.process.signal('SIGTERM');
    await eventually(async () => expect(await phase(pod)).toBe(2));
    expect(sumOf([await scrape(pod.metrics)], 'anypod_requests_in_flight')).toEqual({ '': 1 });
    const { answer } = await asking.cut();
    // A pod that drains takes no connection more.
    await answer(podAt(1));
    expect(await pod.process.exited).toEqual({ code: 0, signal: null });
    await expect(scrape(pod.metrics)).rejects.toThrow();
  });
});
