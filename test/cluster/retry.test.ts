import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { McpServer } from '@modelcontextprotocol/server';
import { type AuthInfo, createAnypod } from 'anypod';
import { createRedisStore } from 'anypod/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pod, type Pods, startPods } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { answerOf, type Call, callBody, callHeaders, call as callHere, textOf } from '../library/modern-call.ts';
import { JOURNAL_VARIABLE, readJournal } from './journal.ts';
import { eventually, settled } from './settle.ts';

const MODULE = fileURLToPath(new URL('fixture-retry.ts', import.meta.url));
const LEASE_MS = 1000;

let redis: RedisServer;
let pods: Pods;
let directory: string;
let calls = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'anypod-retry-'));
  await writeFile(journalFile(), '');
  redis = await startRedis();
  const env = { [JOURNAL_VARIABLE]: journalFile(), ANYPOD_LEASE: `${LEASE_MS}` };
  pods = await startPods({ module: MODULE, count: 3, redisUrl: redis.url, env });
});

afterAll(async () => {
  await pods?.stop();
  await redis?.stop();
  await rm(directory, { recursive: true, force: true });
});

const journalFile = () => join(directory, 'journal.jsonl');

/** A call of a new key, which an anonymous client repeats. */
function newCall(tool: string) {
  const key = `call-${++calls}-${crypto.randomUUID()}`;
  const given: Call = { key, args: { key } };
  const seen = (event: string) => readJournal(journalFile(), key, event);
  const on = (pod: Pod, name: string, { signal, ...more }: Call = {}) =>
    fetch(pod.url, {
      method: 'POST',
      headers: callHeaders(name),
      body: callBody(name, { ...given, ...more }),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    seen,
    begun: () => eventually(() => expect(seen('effect')).toHaveLength(1)),
    on: (pod: Pod, more: Call = {}) => on(pod, tool, more),
    release: (pod: Pod) => on(pod, 'release', {}),
    /** Calls and goes as soon as the tool runs. */
    async andGo(pod: Pod): Promise<void> {
      const gone = new AbortController();
      const calling = on(pod, tool, { signal: gone.signal });
      await this.begun();
      gone.abort();
      await expect(calling).rejects.toThrow();
    },
  };
}

function three(): [Pod, Pod, Pod] {
  return pods.pods as unknown as [Pod, Pod, Pod];
}

/** Resolves when Redis says that so many pods wait for a call. */
async function awaited(by: number): Promise<void> {
  const client = new Redis(redis.url);
  const waits = async () => {
    const fields = await Promise.all((await client.keys('*:call:*')).map((key) => client.hkeys(key)));
    return fields.flat().filter((field) => field.startsWith('w:')).length;
  };
  await eventually(async () => expect(await waits()).toBe(by)).finally(() => client.disconnect());
}

describe('a repeat of a guarded call', () => {
  test('joins it on other pods; the effect happens once [modern.retry.join]', async () => {
    const [a, b, c] = three();
    const once = newCall('lasting');
    const first = once.on(a, { id: 1 });
    await once.begun();
    const repeats = [once.on(b, { id: 'b' }), once.on(c, { id: 'c' })];
    await awaited(2);
    await once.release(b);
    const answers = await Promise.all([first, ...repeats].map(answerOf));
    expect(answers.map(({ id }) => id)).toEqual([1, 'b', 'c']);
    expect(answers.map(({ result }) => result)).toEqual(Array.from(answers, () => answers[0]?.result));
    expect(once.seen('effect')).toHaveLength(1);
  });

  test('gets the stored result after its client was cut off [modern.retry.stored]', async () => {
    const [a, b, c] = three();
    const once = newCall('lasting');
    await once.andGo(a);
    await once.release(b);
    await eventually(() => expect(once.seen('finished')).toHaveLength(1));
    for (const pod of [b, c, a]) expect(await textOf(once.on(pod))).toBe(`${a.process.pid}`);
    expect(once.seen('effect')).toHaveLength(1);
    expect(once.seen('aborted')).toHaveLength(0);
  });

  test('runs where the call was cancelled with its client [modern.disconnect.cancels]', async () => {
    const [a, b] = three();
    const once = newCall('cancellable');
    await once.andGo(a);
    await eventually(() => expect(once.seen('aborted')).toHaveLength(1));
    await once.release(b);
    expect(await textOf(once.on(b))).toBe(`${b.process.pid}`);
    expect(once.seen('effect')).toHaveLength(2);
  });
});

test('two principals share nothing [modern.retry.principal]', async () => {
  const effects: string[] = [];
  const createServer = () => {
    const server = new McpServer({ name: 'principals', version: '1' });
    const _meta = { 'anypod/retry': true };
    server.registerTool('who', { _meta }, ({ http }) => {
      const subject = String(http?.authInfo?.extra?.['sub']);
      effects.push(subject);
      return { content: [{ type: 'text', text: subject }] };
    });
    return server;
  };
  const clients = [new Redis(redis.url), new Redis(redis.url)];
  const stores = clients.map((client) => createRedisStore(client, { prefix: 'principals' }));
  const secrets = ['a secret of at least thirty-two bytes'];
  const [one, two] = await Promise.all(stores.map((store) => createAnypod({ createServer, store, secrets })));
  if (one === undefined || two === undefined) throw new Error('two were started');
  const as = (sub: string): AuthInfo => ({ token: sub, clientId: 'app', scopes: [], extra: { iss: 'i', sub } });
  const key = 'the same key for everybody';
  for (const given of [{}, { key }]) {
    for (const sub of ['ann', 'bob']) {
      for (const pod of [one, two]) expect(await textOf(callHere(pod, 'who', { ...given, auth: as(sub) }))).toBe(sub);
    }
  }
  expect(effects).toEqual(['ann', 'bob', 'ann', 'bob']);
  await Promise.all([one, two].map((pod) => pod.close()));
  await Promise.all(stores.map((store) => store.close()));
  for (const client of clients) client.disconnect();
});

/** Last, since it costs a pod. */
test('a pod that is killed: who waits gets an honest error, or the call again where that is safe [modern.retry.lost]', async () => {
  const [a, b, c] = three();
  const lasting = newCall('lasting');
  const idempotent = newCall('idempotent');
  const lost = [lasting.on(a), idempotent.on(a)].map((calling) => calling.catch(() => 'cut'));
  await Promise.all([lasting.begun(), idempotent.begun()]);
  const waiting = { lasting: lasting.on(b), idempotent: [idempotent.on(b), idempotent.on(c)] };
  await awaited(3);
  await a.kill9();
  expect(await Promise.all(lost)).toEqual(['cut', 'cut']);

  const refused = { code: -32603, data: { reason: 'pod_lost', retry: false } };
  expect(await textOf(settled(waiting.lasting, 'the wait for a lost call', 10 * LEASE_MS))).toMatchObject(refused);
  expect(await textOf(lasting.on(c))).toMatchObject(refused);
  expect(lasting.seen('effect')).toHaveLength(1);

  await eventually(() => expect(idempotent.seen('effect')).toHaveLength(2));
  await idempotent.release(b);
  const [again, joined] = await Promise.all(waiting.idempotent.map(textOf));
  expect([b.process.pid, c.process.pid].map(String)).toContain(again);
  expect(joined).toBe(again);
  expect(idempotent.seen('effect')).toHaveLength(2);
});
