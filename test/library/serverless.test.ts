/** anypod as functions, whose processes do nothing after an answer, beside a pod. The platforms' own runtimes: test/serverless. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Anypod, createAnypod } from 'anypod';
import { createLambda } from 'anypod/lambda';
import { createRedisStore } from 'anypod/redis';
import { createVercelFunction, type VercelFunction } from 'anypod/vercel';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { readEvents, type SseEvent } from '../cluster/sse.ts';
import { beginTask, callTool, getTask, isOver, taskWhen } from '../cluster/task-wire.ts';
import { type Message, messagesOf, openSession, parse, post, textOf } from '../cluster/wire.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { LEASE_MS, SECRET, startFunctionProcess } from './function-process.ts';
import { createFixture, type Deployed, deployLambda, deployWeb, resumeAt } from './functions.ts';

const SECRETS = [SECRET];
/** One function may run for 3 s, the other for 20. Both leave what still runs 0.5 s before. */
const [LIMIT_MS, LONG_LIMIT_MS, MARGIN_MS] = [3000, 20_000, 500];
const LONGER = LIMIT_MS;

let redis: RedisServer;
let client: Redis;
let ran: string[] = [];
let work: VercelFunction['work'];
let one: Deployed;
let other: Deployed;
let gateway: Deployed;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url);
  const openStore = () => createRedisStore(client);
  const options = {
    createServer: () => createFixture(ran),
    openStore,
    secrets: SECRETS,
    leaseMs: LEASE_MS,
    marginMs: MARGIN_MS,
  };
  const cronSecret = 'a secret of the cron job';
  const longer = createVercelFunction({ ...options, maxDurationMs: LONG_LIMIT_MS, cronSecret });
  work = longer.work;
  one = await deployWeb(createVercelFunction({ ...options, maxDurationMs: LIMIT_MS }).fetch);
  other = await deployWeb(longer.fetch);
  gateway = await deployLambda(createLambda(options).buffered, LIMIT_MS);
});
afterAll(async () => {
  for (const deployed of [one, other, gateway]) await deployed?.stop();
  client.disconnect();
  await redis.stop();
});
afterEach(async () => {
  ran = [];
  for (const close of closing.splice(0).reverse()) await close();
});

/** A pod that lives on, beside the functions. */
async function startPod(): Promise<{ url: URL; anypod: Anypod }> {
  const store = createRedisStore(client);
  const anypod = await createAnypod({
    createServer: () => createFixture(ran),
    store,
    secrets: SECRETS,
    leaseMs: LEASE_MS,
  });
  const deployed = await deployWeb((request) => anypod.fetch(request));
  closing.push(
    () => store.close(),
    () => anypod.close(),
    () => deployed.stop(),
  );
  return { url: deployed.url, anypod };
}

const answer = (question: unknown, name: string) => ({
  jsonrpc: '2.0',
  id: question,
  result: { action: 'accept', content: { name } },
});

it('serves a session by functions and pods in turn, each invocation for one request [serverless.session]', async () => {
  const pod = await startPod();
  const session = await openSession(one.url);
  for (const [id, url] of [pod.url, other.url, gateway.url, one.url].entries()) {
    const [message] = await messagesOf(await session.call(url, id + 1, 'read'));
    expect(textOf(message)).toBe('read done');
  }
  expect((await session.end(other.url)).status).toBe(200);
  expect((await session.call(pod.url, 9, 'read')).status).toBe(404);
});

it('runs nothing after its answer, and leaves no connection and no pod [serverless.nothing-after]', async () => {
  const connections = async () => ((await client.client('LIST')) as string).trim().split('\n').length;
  const pods = () => client.zrange('anypod:v1:pods', '0', '-1');
  const before = await pods();
  const session = await openSession(one.url);
  await messagesOf(await session.call(one.url, 1, 'write', { ms: 1200 }));
  expect(await client.keys('anypod:v1:inbox:*')).not.toEqual([]);
  await messagesOf(await postModern(other.url, 'tools/list'));
  await (await session.call(gateway.url, 2, 'read')).text();
  await eventually(async () => expect(await connections()).toBe(1));
  expect(await pods()).toEqual(before);
  expect([one, other, gateway].map(({ running }) => running)).toEqual([0, 0, 0]);
});

it('asks on the stream of one invocation, and takes the answer at another or at a pod [serverless.question]', async () => {
  const pod = await startPod();
  for (const elsewhere of [other.url, pod.url, gateway.url]) {
    const session = await openSession(one.url);
    const stream = await session.call(one.url, 1, 'ask');
    let last: Message | undefined;
    for await (const { data } of readEvents(stream)) {
      if (data === '') continue;
      last = parse({ data });
      if (last.method === 'elicitation/create')
        expect((await session.send(elsewhere, answer(last.id, 'Ada'))).status).toBe(202);
    }
    expect(textOf(last)).toBe('hello Ada');
  }
});

it('runs a call of 2026-07-28 again that waited for its answer, or says that it is lost [serverless.question.modern]', async () => {
  const ask = async (url: URL, name: string, more: object = {}) => {
    const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
    return (await messagesOf(await postModern(url, 'tools/call', { name, arguments: {}, _meta, ...more }))).at(-1);
  };
  const answered = async (name: string) => {
    const { requestState, inputRequests } = (await ask(one.url, name))?.result ?? {};
    const accepted = { action: 'accept', content: { name: 'Ada' } };
    const inputResponses = Object.fromEntries(Object.keys(inputRequests ?? {}).map((key) => [key, accepted]));
    return ask(other.url, name, { requestState, inputResponses });
  };
  expect(textOf(await answered('ask_safely'))).toBe('hello Ada');
  expect((await answered('ask'))?.error).toMatchObject({ code: -32603, data: { reason: 'pod_lost', retry: false } });
});

it('ends the stream of a call that outlives the limit; another invocation finishes the call [serverless.limit.stream]', async () => {
  const session = await openSession(one.url);
  const stream = await session.call(one.url, 1, 'read', { ms: LONGER });
  const message = await resumeAt([other.url], session, stream);
  expect(textOf(message)).toBe('read done');
  expect(ran.filter((what) => what === 'read began')).toHaveLength(2);
});

it('says that a call is lost which outlives the limit and may not run again [serverless.limit.unsafe]', async () => {
  const { url } = await startPod();
  const session = await openSession(one.url);
  const message = await resumeAt([url], session, await session.call(one.url, 1, 'write', { ms: LONGER }));
  expect(message?.error).toMatchObject({ code: -32603, data: { reason: 'pod_lost', retry: false } });
  expect(ran.filter((what) => what === 'write began')).toHaveLength(1);
});

it('hands a call that outlives the limit back as a task; a worker finishes it [serverless.limit.task] [serverless.worker]', async () => {
  const began = performance.now();
  const task = await beginTask(one.url, 'read', { ms: LONGER });
  expect(performance.now() - began).toBeGreaterThan(LIMIT_MS - 3 * MARGIN_MS);
  expect(['working', 'completed']).toContain((await getTask(other.url, task.taskId)).status);
  closing.push(await startWorking());
  const ended = await taskWhen([other.url, gateway.url], task.taskId, isOver);
  expect(ended.result?.content[0]?.text).toBe('read done');
});

it('queues a task that a pod runs, because the invocation has answered [serverless.limit.task]', async () => {
  const task = await beginTask(gateway.url, 'survey', { ms: 10 });
  expect((await getTask(one.url, task.taskId)).status).toBe('working');
  expect(ran).toEqual([]);
  await startPod();
  const ended = await taskWhen([other.url], task.taskId, isOver);
  expect(ended.result?.content[0]?.text).toBe('survey done');
});

it('answers a call of 2026-07-28 that outlives the limit with an error, if its client knows no tasks [serverless.limit.refused]', async () => {
  const { error } = await callTool(one.url, 'read', { ms: LONGER }, false);
  expect(error).toMatchObject({ code: -32603, data: { reason: 'draining' } });
});

it('lets only the cron job start a worker [serverless.worker]', async () => {
  const asked = new Request('http://localhost/api/work', { headers: { authorization: 'Bearer of something' } });
  expect((await work(asked)).status).toBe(401);
});

it('refuses on a buffered platform what it cannot do, with a sentence [serverless.buffered]', async () => {
  const session = await openSession(gateway.url);
  const standing = await session.listen(gateway.url);
  expect([standing.status, standing.headers.get('allow')]).toEqual([405, 'POST, DELETE']);
  expect((await messagesOf(standing))[0]?.error).toMatchObject({ code: -32000, message: /address that streams/ });

  const listen = await postModern(gateway.url, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
  expect(listen.status).toBe(404);
  expect((await messagesOf(listen))[0]).toMatchObject({
    id: 'modern',
    error: { code: -32601, message: /nobody can listen/ },
  });

  const asking = await session.call(gateway.url, 7, 'ask');
  expect(asking.status).toBe(200);
  expect((await messagesOf(asking))[0]).toMatchObject({
    id: 7,
    error: { code: -32603, data: { reason: 'buffered' }, message: /inputRequired/ },
  });

  const long = await session.call(gateway.url, 8, 'long');
  expect((await messagesOf(long))[0]).toMatchObject({
    id: 8,
    error: { code: -32603, data: { reason: 'buffered' }, message: /Return a link/ },
  });
  const fine = await session.call(gateway.url, 9, 'read');
  expect(textOf((await messagesOf(fine))[0])).toBe('read done');
});

it('asks on a buffered platform if the handler returns its question, and resumes there [serverless.buffered.round]', async () => {
  const session = await openSession(gateway.url);
  const events: SseEvent[] = [];
  for await (const event of readEvents(await session.call(gateway.url, 1, 'round'))) events.push(event);
  const question = parse(events.at(-1) as SseEvent);
  expect(question.method).toBe('elicitation/create');
  expect((await session.send(gateway.url, answer(question.id, 'Ada'))).status).toBe(202);
  const message = await resumeAt([gateway.url], session, await session.listen(gateway.url, events.at(-1)?.id));
  expect(textOf(message)).toBe('hello again');

  const [asked] = await messagesOf(
    await postModern(gateway.url, 'tools/call', {
      name: 'round',
      arguments: {},
      _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } },
    }),
  );
  expect(asked?.result).toMatchObject({ resultType: 'input_required' });
});

it('finishes the call of an invocation that was killed, at another one [serverless.killed]', async () => {
  const killed = await startFunctionProcess(redis.url);
  closing.push(() => killed.child.stop(0));
  const session = await openSession(killed.url);
  const events = readEvents(await session.call(killed.url, 1, 'read', { ms: LONGER }));
  const first = await events.next();
  // The client may have its event id before the log has the call.
  await eventually(async () =>
    expect(await client.keys(`*${session.id}*`)).toContainEqual(expect.stringMatching(/:stream:/)),
  );
  killed.child.signal('SIGKILL');
  await events.return().catch(() => undefined);
  // An invocation for another client lives long enough, but leaves this call to those who wait for it.
  const standing = await (await openSession(other.url)).listen(other.url);
  await sleep(3 * LEASE_MS);
  await standing.body?.cancel();
  expect(ran).toEqual([]);
  const resumed = await session.listen(other.url, first.done ? undefined : first.value.id);
  expect(textOf((await messagesOf(resumed)).at(-1))).toBe('read done');
  expect(killed.ran()).toEqual(['read began']);
});

it('refuses while the store is away, and says when to come back [serverless.store-away]', async () => {
  const away = new Redis(1, { maxRetriesPerRequest: 0, retryStrategy: () => null, lazyConnect: true });
  away.on('error', () => undefined);
  const options = { createServer: () => createFixture(ran), openStore: () => createRedisStore(away), secrets: SECRETS };
  const { fetch } = createVercelFunction({ ...options, maxDurationMs: LIMIT_MS });
  const deployed = await deployWeb(fetch);
  closing.push(() => deployed.stop());
  const response = await post(deployed.url, { jsonrpc: '2.0', id: 1, method: 'tools/list' });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await messagesOf(response))[0]?.error).toMatchObject({ code: -32603, data: { reason: 'store_unavailable' } });
});

/** Lets a schedule start workers, one after the other. */
async function startWorking(): Promise<() => Promise<void>> {
  let stopped = false;
  const authorization = 'Bearer a secret of the cron job';
  const working = (async () => {
    while (!stopped) {
      const response = await work(new Request('http://localhost/api/work', { headers: { authorization } }));
      expect(response.status).toBe(204);
    }
  })();
  return () => {
    stopped = true;
    return working;
  };
}
