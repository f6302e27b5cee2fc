import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OtlpCollector, startOtlpCollector } from '../lib/otlp-collector.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { postModern } from './modern-wire.ts';
import type { ServicePod } from './service-pods.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { ABLE, isOver, taskWhen } from './task-wire.ts';
import { callTraced, clientTrace, SECRET, spanIn, spansWhen, startTracedPod } from './traced-pods.ts';
import { type Message, messagesOf, openSession, textOf } from './wire.ts';

const ELICITATION = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

let redis: RedisServer;
let collector: OtlpCollector;
let pod: ServicePod;

beforeAll(async () => {
  [redis, collector] = await Promise.all([startRedis(), startOtlpCollector()]);
  pod = await startTracedPod('A', redis.url, collector);
});

afterAll(async () => {
  await pod?.kill9();
  await collector?.stop();
  await redis?.stop();
});

const url = () => new URL(pod.url);

/** Calls a tool of a session on a pod that is lost then. Resolves when another pod has run the call again. */
async function loseAndResume(traceparent: string, begun: (victim: ServicePod) => Promise<unknown>): Promise<void> {
  const victim = await startTracedPod('V', redis.url, collector);
  const session = await openSession(url());
  const first = readStream(await callTraced(session, new URL(victim.url), 'read', { traceparent }, {}, 3000));
  await first.next();
  await begun(victim);
  await first.cut().catch(() => undefined);
  await victim.kill9();
  const resumed = await readStream(await session.listen(url(), lastEventId(first.events))).rest();
  expect(textOf(resumed.at(-1))).toBe('read');
}

async function callModern(to: URL, name: string, traceparent: string, more: object = {}, meta: object = {}) {
  const args = { secret: SECRET, ms: 1000 };
  const params = { name, arguments: args, _meta: { ...ELICITATION, traceparent, ...meta }, ...more };
  return postModern(to, 'tools/call', params);
}

/** The step of the second run, with what the handler traces in it. */
async function rerunHas(traceId: string, work: string): Promise<void> {
  const spans = await spansWhen(collector, traceId, ['A anypod.rerun', `A ${work}`]);
  const [again] = spans.filter(({ name }) => name === work).filter((span) => span.pod === 'A');
  expect(again?.parentSpanId).toBe(spanIn(spans, 'anypod.rerun').spanId);
}

describe('a call that is lost with its pod and runs again is still one trace:', () => {
  test('a call of a session [trace.one]', async () => {
    const { traceId, traceparent } = clientTrace();
    await loseAndResume(traceparent, () => spansWhen(collector, traceId, ['V store events.begin']));
    await spansWhen(collector, traceId, ['A anypod.resume']);
    await rerunHas(traceId, 'read');
  });

  test('a call of 2026-07-28 that its client repeats [trace.one]', async () => {
    const { traceId, traceparent } = clientTrace();
    const key = { 'anypod/idempotencyKey': `again-${traceId}-${traceId}` };
    const victim = await startTracedPod('V', redis.url, collector);
    const lost = callModern(new URL(victim.url), 'again', traceparent, {}, key).catch(() => undefined);
    await spansWhen(collector, traceId, ['V again']);
    await victim.kill9();
    await lost;
    const [answer] = await messagesOf(await callModern(url(), 'again', traceparent, {}, key));
    expect(textOf(answer)).toBe('again');
    await rerunHas(traceId, 'again');
  });

  test('a call of 2026-07-28 that waits for its client [trace.one]', async () => {
    const { traceId, traceparent } = clientTrace();
    const victim = await startTracedPod('V', redis.url, collector);
    const [asked] = await messagesOf(await callModern(new URL(victim.url), 'ask_again', traceparent));
    const { requestState, inputRequests = {} } = (asked as Message).result as Record<string, object>;
    await victim.kill9();
    const answer = { action: 'accept', content: { name: 'Ada' } };
    const inputResponses = { [Object.keys(inputRequests)[0] ?? '']: answer };
    const more = { requestState, inputResponses };
    const [done] = await messagesOf(await callModern(url(), 'ask_again', traceparent, more));
    expect(textOf(done)).toBe('Ada');
    await rerunHas(traceId, 'ask again');
  });
});

describe('if its client does not record it, no pod records', () => {
  test('a call of a session [trace.parent]', async () => {
    const { traceId, traceparent } = clientTrace();
    const session = await openSession(url());
    const silent = { traceparent: traceparent.replace(/01$/, '00') };
    await messagesOf(await callTraced(session, url(), 'read', silent));
    const recorded = clientTrace();
    await messagesOf(await callTraced(session, url(), 'read', { traceparent: recorded.traceparent }));
    await spansWhen(collector, recorded.traceId, ['A tools/call read']);
    expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  test('a task, whose handler runs later [trace.parent]', async () => {
    const { traceId, spanId } = clientTrace();
    const meta = { ...ABLE, traceparent: `00-${traceId}-${spanId}-00` };
    const params = { name: 'work_silently', arguments: { secret: SECRET }, _meta: meta };
    const [begun] = await messagesOf(await postModern(url(), 'tools/call', params));
    const { taskId } = (begun as Message).result as { taskId: string };
    await taskWhen([url()], taskId, isOver);
    const recorded = clientTrace();
    await messagesOf(await callTraced(await openSession(url()), url(), 'read', { traceparent: recorded.traceparent }));
    await spansWhen(collector, recorded.traceId, ['A tools/call read']);
    expect(collector.spans.filter(({ name }) => name.includes('work silently'))).toEqual([]);
  });

  test('a call that is lost and runs again [trace.parent]', async () => {
    const { traceId, spanId } = clientTrace();
    const before = new Set(collector.spans);
    await loseAndResume(`00-${traceId}-${spanId}-00`, async () => undefined);
    const recorded = clientTrace();
    await messagesOf(await callTraced(await openSession(url()), url(), 'read', { traceparent: recorded.traceparent }));
    await spansWhen(collector, recorded.traceId, ['A read', 'A tools/call read']);
    const silent = collector.spans.filter((span) => !before.has(span) && span.traceId !== recorded.traceId);
    expect(silent.filter(({ name }) => /read|rerun/.test(name))).toEqual([]);
  });
});
