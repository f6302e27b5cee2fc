import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startHaproxy } from '../lib/haproxy.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { scrape, sumOf } from '../lib/scrape.ts';
import { shortHash } from '../lib/short-hash.ts';
import { logLines } from './log-lines.ts';
import { modern } from './metrics-traffic.ts';
import { type ServicePod, startServicePod } from './service-pods.ts';
import { eventually, settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { messagesOf, openSession, textOf, type WireSession } from './wire.ts';

const module = fileURLToPath(new URL('fixture-faults.ts', import.meta.url));
const LONG_MS = 30_000;
const ERAS = ['legacy', 'modern'] as const;
type Era = (typeof ERAS)[number];

let redis: RedisServer;
let other: ServicePod;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'anypod-faults-'));
  redis = await startRedis();
  other = await startServicePod({ module, redisUrl: redis.url });
});

afterAll(async () => {
  await other?.kill9();
  await redis?.stop();
  await rm(directory, { recursive: true, force: true });
});

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A pod that will have a fault, and a balancer before it and one that has none. */
async function start(env: Record<string, string> = {}) {
  const pod = await startServicePod({
    module,
    redisUrl: redis.url,
    env: { ANYPOD_DRAIN_TIMEOUT: `${LONG_MS}`, ...env },
  });
  cleanUp.push(() => pod.kill9());
  const haproxy = await startHaproxy({ pods: [pod, other], balance: 'roundrobin' });
  cleanUp.push(() => haproxy.stop());
  return { pod, url: new URL(pod.url), balancer: new URL(haproxy.url) };
}

/** What one more client has running on the pod: calls of both eras, which end once they may. */
async function neighbours(url: URL, balancer: URL) {
  const session = await openSession(url);
  const asking = readStream(await session.call(url, 1, 'ask'));
  const question = await asking.until(({ method }) => method === 'elicitation/create');
  const path = join(directory, crypto.randomUUID());
  const waiting = modern(url, 'tools/call', { name: 'wait_for_file', arguments: { path } }).then(messagesOf);
  // Where the pod is killed in the end.
  waiting.catch(() => undefined);
  return {
    async expectToEndWell(): Promise<void> {
      await writeFile(path, '');
      expect(textOf((await settled(waiting, 'the modern call')).at(-1))).toBe('the file is there');
      const result = { action: 'accept', content: { name: 'Ada' } };
      const answer = await session.send(balancer, { jsonrpc: '2.0', id: question.id, result });
      expect(answer.status).toBe(202);
      expect(textOf((await settled(asking.rest(), 'the call of a session')).at(-1))).toContain('Ada');
    },
  };
}

/** Calls a tool on the pod; in a session of its own, or without any. */
async function call(era: Era, url: URL, name: string): Promise<{ text: string; session?: WireSession }> {
  if (era === 'modern') {
    return { text: textOf((await messagesOf(await modern(url, 'tools/call', { name, arguments: {} }))).at(-1)) };
  }
  const session = await openSession(url);
  return { text: textOf((await messagesOf(await session.call(url, 1, name))).at(-1)), session };
}

/** Without the pauses of a busy machine, which are told as an event loop that stood still. */
async function faultsOf(pod: ServicePod): Promise<Record<string, number>> {
  const { 'kind=blocked_loop': _, ...others } = sumOf([await scrape(pod.metrics)], 'anypod_faults_total');
  return others;
}

describe('a rejection that nobody handles', () => {
  test('is told with its call and counted, and the pod goes on [pod.fault.rejection]', async () => {
    const { pod, url, balancer } = await start();
    const running = await neighbours(url, balancer);
    const { session } = await call('legacy', url, 'reject_later');
    await call('modern', url, 'reject_later');
    await call('legacy', url, 'reject_undefined');
    await call('modern', url, 'reject_unreadable');
    await eventually(async () => expect(await faultsOf(pod)).toEqual({ 'kind=unhandled_rejection': 4 }));
    // The log arrives by another way than the metrics.
    const lines = () => logLines(pod, 'a promise was rejected');
    await eventually(() => expect(lines()).toHaveLength(4));
    expect(lines()).toMatchObject([
      {
        level: 'error',
        tool: 'reject_later',
        session: shortHash(session?.id ?? ''),
        err: { message: 'Error: nobody handles this' },
      },
      {
        level: 'error',
        tool: 'reject_later',
        method: 'tools/call',
        err: { stack: expect.stringContaining('fixture-faults') },
      },
      { tool: 'reject_undefined', err: { message: 'undefined was thrown' } },
      { tool: 'reject_unreadable', err: { message: 'an error that cannot be read' } },
    ]);
    expect(pod.logs()).not.toContain(session?.id);
    await running.expectToEndWell();
    expect((await fetch(`${pod.origin}/readyz`)).status).toBe(200);
  });

  test('drains the pod where the operator wants that', async () => {
    const { pod, url, balancer } = await start({ ANYPOD_ON_UNHANDLED_REJECTION: 'drain' });
    const running = await neighbours(url, balancer);
    await call('legacy', url, 'reject_later');
    await eventually(() => expect(fetch(`${pod.origin}/livez`)).rejects.toThrow());
    await running.expectToEndWell();
    expect(await pod.process.exited).toEqual({ code: 1, signal: null });
  });
});

describe.each(ERAS)('an exception that nobody catches, in a %s call', (era) => {
  test('drains the pod, which exits with 1, and costs nobody else a call [pod.fault.exception]', async () => {
    const { pod, url, balancer } = await start();
    const running = await neighbours(url, balancer);
    expect((await call(era, url, 'throw_later')).text).toBe('done');
    await eventually(() => expect(logLines(pod, 'an exception was not caught')).toHaveLength(1));
    expect(logLines(pod, 'an exception was not caught')[0]).toMatchObject({
      level: 'fatal',
      tool: 'throw_later',
      err: { message: 'Error: nobody catches this' },
    });
    await eventually(() => expect(fetch(`${pod.origin}/livez`)).rejects.toThrow());
    expect(await faultsOf(pod)).toEqual({ 'kind=uncaught_exception': 1 });
    await running.expectToEndWell();
    expect(await pod.process.exited).toEqual({ code: 1, signal: null });
  });
});

describe('a pod that drains after an exception', () => {
  test('ends at once with a second one', async () => {
    const { pod, url, balancer } = await start({ ANYPOD_DRAIN_DELAY: `${LONG_MS}` });
    await neighbours(url, balancer);
    await call('legacy', url, 'throw_later');
    await eventually(async () => expect((await fetch(`${pod.origin}/readyz`)).status).toBe(503));
    await call('legacy', url, 'throw_later').catch(() => undefined);
    expect(await settled(pod.process.exited, 'the exit')).toEqual({ code: 1, signal: null });
  });

  test('is not cut short by one SIGTERM, but by two', async () => {
    const { pod, url, balancer } = await start();
    const running = await neighbours(url, balancer);
    await call('legacy', url, 'throw_later');
    await eventually(() => expect(fetch(`${pod.origin}/livez`)).rejects.toThrow());
    pod.process.signal('SIGTERM');
    await running.expectToEndWell();
    expect(await pod.process.exited).toEqual({ code: 1, signal: null });
  });
});

describe.each(ERAS)('process.exit() in a %s call', (era) => {
  test('is an error of that call, and drains the pod [pod.fault.exit]', async () => {
    const { pod, url, balancer } = await start();
    const running = await neighbours(url, balancer);
    expect((await call(era, url, 'exit')).text).toMatch(/must not end the process/);
    const lines = () => logLines(pod, 'the server called process.exit()');
    await eventually(() => expect(lines()).toMatchObject([{ level: 'fatal', tool: 'exit' }]));
    await running.expectToEndWell();
    expect(await pod.process.exited).toEqual({ code: 1, signal: null });
  });
});

describe('an event loop that stands still', () => {
  test('is told with its length and the calls that began before, and counted [pod.fault.blocked]', async () => {
    const { pod, url } = await start();
    await call('legacy', url, 'block');
    // A busy machine may make it stand still once more.
    const told = () => logLines(pod, 'the event loop stood still').filter(({ begun }) => `${begun}`.includes('block'));
    await eventually(() => expect(told()).toHaveLength(1));
    expect(told()[0]).toMatchObject({ level: 'warn' });
    expect(told()[0]?.['blockedMs']).toBeGreaterThanOrEqual(1000);
    const metrics = await scrape(pod.metrics);
    expect(sumOf([metrics], 'anypod_faults_total')['kind=blocked_loop']).toBeGreaterThanOrEqual(1);
    const seconds = sumOf([metrics], 'anypod_event_loop_blocked_seconds_total')[''];
    expect(seconds).toBeGreaterThanOrEqual(1);
  });
});
