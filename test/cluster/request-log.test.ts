import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OtlpCollector, startOtlpCollector } from '../lib/otlp-collector.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { logLines } from './log-lines.ts';
import { postModern } from './modern-wire.ts';
import type { ServicePod } from './service-pods.ts';
import { eventually } from './settle.ts';
import { callTraced, clientTrace, SECRET, startTracedPod } from './traced-pods.ts';
import { messagesOf, openSession } from './wire.ts';

let redis: RedisServer;
let collector: OtlpCollector;
let pods: readonly ServicePod[] = [];

beforeAll(async () => {
  [redis, collector] = await Promise.all([startRedis(), startOtlpCollector()]);
  pods = [await startTracedPod('A', redis.url, collector)];
});

afterAll(async () => {
  await Promise.all(pods.map((pod) => pod.kill9()));
  await collector?.stop();
  await redis?.stop();
});

const podA = () => new URL(pods[0]?.url ?? '');

describe('the log', () => {
  const requests = (pod: ServicePod | undefined) => (pod === undefined ? [] : logLines(pod, 'request'));

  test('has one line for each request, with its trace and the hash of its session [log.requests]', async () => {
    const { traceId, traceparent } = clientTrace();
    const session = await openSession(podA());
    await messagesOf(await callTraced(session, podA(), 'fail', { traceparent }));
    const lines = await eventually(() => {
      const found = requests(pods[0]).filter((line) => line['trace_id'] === traceId);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(lines[0]).toMatchObject({
      level: 'debug',
      method: 'tools/call',
      tool: 'fail',
      outcome: 'ok',
      fault: 'tool_error',
    });
    expect(lines[0]?.['session']).toMatch(/^[\w-]{16}$/);
    expect(session.id).not.toContain(lines[0]?.['session'] as string);
  });

  test('names the trace of a call that took too long, in both eras [host.faults.timeout]', async () => {
    const pod = await startTracedPod('D', redis.url, collector, { ANYPOD_CALL_TIMEOUT: '100' });
    pods = [...pods, pod];
    const url = new URL(pod.url);
    const [old, modern] = [clientTrace(), clientTrace()];
    const hour = 3_600_000;
    await messagesOf(await callTraced(await openSession(url), url, 'read', { traceparent: old.traceparent }, {}, hour));
    const params = {
      name: 'read',
      arguments: { secret: SECRET, ms: hour },
      _meta: { traceparent: modern.traceparent },
    };
    await messagesOf(await postModern(url, 'tools/call', params));
    const told = logLines(pod, 'a call took longer than it may').map((line) => line['trace_id']);
    expect(told).toEqual([old.traceId, modern.traceId]);
  });

  test('changes its level with a signal, and back [log.level]', async () => {
    const [pod] = pods;
    const session = await openSession(podA());
    const ping = async () =>
      void (await messagesOf(await session.send(podA(), { jsonrpc: '2.0', id: 1, method: 'ping' })));
    pod?.process.signal('SIGUSR2');
    await eventually(() => expect(pod?.logs()).toContain('the log level is now info'));
    const before = requests(pod).length;
    await ping();
    pod?.process.signal('SIGUSR2');
    await eventually(() => expect(pod?.logs()).toContain('the log level is now debug'));
    await ping();
    await eventually(() => expect(requests(pod).length).toBe(before + 1));
  });
});
