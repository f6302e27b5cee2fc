/**
 * An invocation is killed before each Redis command of each step, one kill per run. Its client then does what clients do: it repeats what may be
 * repeated, and resumes what it has an event id of, at another function. No step may hang, lose a session, or run an unsafe tool twice.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { readEvents } from '../cluster/sse.ts';
import { ABLE, beginTask, isOver, taskWhen } from '../cluster/task-wire.ts';
import { type Message, messagesOf, openSession, parse, sessionOf, textOf, type WireSession } from '../cluster/wire.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type FunctionProcess, SECRET, startFunctionProcess } from '../library/function-process.ts';

let redis: RedisServer;
/** It is never killed. */
let stable: FunctionProcess;
let victim: FunctionProcess;
/** Starts while the one before is used. */
let spare: Promise<FunctionProcess>;
const killed: FunctionProcess[] = [];

beforeAll(async () => {
  redis = await startRedis();
  stable = await startFunctionProcess(redis.url);
  victim = await startFunctionProcess(redis.url);
  spare = startFunctionProcess(redis.url);
});
afterAll(async () => {
  for (const each of [stable, victim, await spare]) await each.child.stop(1000);
  await redis.stop();
});
afterEach(() => {
  killed.length = 0;
});

/** Lets a worker run queued tasks until there are none. */
const work = (url: URL, headers = {}) =>
  fetch(new URL('/api/work', url), { headers: { authorization: `Bearer ${SECRET}`, ...headers } });

const at = (count: number) => ({ 'x-kill-at': `${count}` });

/** The session, whose next requests to the victim kill it before a command. */
function deadly(session: WireSession, count: number): WireSession {
  const { 'mcp-protocol-version': version = '', ...others } = session.headers;
  return sessionOf(session.id, version, {}, { ...others, ...at(count) });
}

/** Of the later commands, most are renewals of the lease and looks at the queue: every third is enough. */
const EACH_UNTIL = 10;
const MOST = 31;

/**
 * Runs a step with a kill before the first command, then before the second, and so on, until it ends without a kill. Returns how many kills there
 * were.
 */
async function killAtEach(step: (count: number) => Promise<void>): Promise<number> {
  let kills = 0;
  for (let count = 1; count <= MOST; count += count < EACH_UNTIL ? 1 : 3) {
    await step(count);
    const isAlive = await fetch(victim.url, { method: 'PUT' }).then(
      () => true,
      () => false,
    );
    if (isAlive) return kills;
    kills += 1;
    killed.push(victim);
    victim = await spare;
    spare = startFunctionProcess(redis.url);
  }
  return kills;
}

/** The result of what fails if the invocation is killed. */
const unlessKilled = <T>(promise: Promise<T>): Promise<T | undefined> => promise.catch(() => undefined);

/** Reads a call's answer, and resumes it at the stable function if its connection ends early. Undefined: there was no event id. */
async function answerOf(session: WireSession, first: Promise<Response>): Promise<Message | undefined> {
  let lastId: string | undefined;
  let response = await unlessKilled(first);
  for (let turn = 0; turn < 20 && response !== undefined; turn += 1) {
    if (response.headers.get('content-type')?.startsWith('application/json'))
      return (await unlessKilled(messagesOf(response)))?.[0];
    try {
      for await (const { id, data } of readEvents(response)) {
        lastId = id ?? lastId;
        if (data !== '' && !('method' in parse({ data }))) return parse({ data });
      }
    } catch {
      // Cut.
    }
    if (lastId === undefined) return undefined;
    response = await session.listen(stable.url, lastId);
  }
  return undefined;
}

const reasonOf = ({ error }: Message) => (error?.data as { reason?: string } | undefined)?.reason;

const began = (tool: string) =>
  killed
    .concat(victim, stable)
    .flatMap((each) => each.ran())
    .filter((what) => what === `${tool} began`).length;

it('initialize: the client repeats it, and gets a session [serverless.killed]', async () => {
  const kills = await killAtEach(async (count) => {
    const session =
      (await unlessKilled(openSession(victim.url, { headers: at(count) }))) ?? (await openSession(stable.url));
    const alive = sessionOf(session.id, '2025-11-25');
    expect(textOf((await messagesOf(await alive.call(stable.url, 1, 'read'))).at(-1))).toBe('read done');
  });
  expect(kills).toBeGreaterThan(3);
});

it('a call that may run again: its client gets the result [serverless.killed]', async () => {
  const session = await openSession(stable.url);
  let id = 0;
  const kills = await killAtEach(async (count) => {
    id += 1;
    const message = await answerOf(session, deadly(session, count).call(victim.url, id, 'read', { ms: 1200 }));
    // Killed after it gave an event id, and before the log had anything.
    const isUnknown = message === undefined || reasonOf(message) === 'stream_expired';
    const result = !isUnknown ? message : await answerOf(session, session.call(stable.url, `${id} again`, 'read'));
    expect(textOf(result)).toBe('read done');
  });
  expect(kills).toBeGreaterThan(5);
});

it('a call that may not: it runs once at most, and its client is told [serverless.killed]', async () => {
  const session = await openSession(stable.url);
  let id = 0;
  let told = 0;
  const kills = await killAtEach(async (count) => {
    id += 1;
    const before = began('write');
    const message = await answerOf(session, deadly(session, count).call(victim.url, id, 'write', { ms: 1200 }));
    if (message?.error !== undefined) {
      expect(message.error).toMatchObject({ code: -32603, data: { retry: false } });
      expect(['pod_lost', 'stream_expired']).toContain(reasonOf(message));
      told += 1;
    } else if (message !== undefined) expect(textOf(message)).toBe('write done');
    expect(began('write') - before).toBeLessThanOrEqual(1);
  });
  expect([kills, told].every((number) => number > 0)).toBe(true);
});

it('a call of 2026-07-28: the client repeats what may be repeated, and gets the result [serverless.killed]', async () => {
  const call = async (url: URL, headers = {}) =>
    messagesOf(await postModern(url, 'tools/call', { name: 'read', arguments: { ms: 300 } }, headers));
  const kills = await killAtEach(async (count) => {
    const messages = (await unlessKilled(call(victim.url, at(count)))) ?? (await call(stable.url));
    expect(textOf(messages.at(-1))).toBe('read done');
  });
  expect(kills).toBeGreaterThan(2);
});

it('a call that becomes a task: the client begins again, and whatever was queued ends [serverless.killed]', async () => {
  const params = { name: 'survey', arguments: { ms: 50 }, _meta: ABLE };
  const begin = async (url: URL, headers = {}) =>
    (await messagesOf(await postModern(url, 'tools/call', params, headers))).at(-1)?.result?.['taskId'];
  const kills = await killAtEach(async (count) => {
    const taskId = (await unlessKilled(begin(victim.url, at(count)))) ?? (await begin(stable.url));
    const working = work(stable.url);
    const task = await taskWhen([stable.url], String(taskId), isOver);
    await working;
    expect(task.result?.content[0]?.text).toBe('survey done');
  });
  expect(kills).toBeGreaterThan(2);
});

it('an answer to a question: repeated elsewhere, it arrives once [serverless.killed]', async () => {
  const kills = await killAtEach(async (count) => {
    const session = await openSession(stable.url);
    let last: Message | undefined;
    for await (const { data } of readEvents(await session.call(stable.url, 1, 'ask'))) {
      if (data === '') continue;
      last = parse({ data });
      if (last.method !== 'elicitation/create') continue;
      const answer = { jsonrpc: '2.0', id: last.id, result: { action: 'accept', content: { name: 'Ada' } } };
      const sent = await unlessKilled(deadly(session, count).send(victim.url, answer));
      if (sent?.status !== 202) expect((await session.send(stable.url, answer)).status).toBe(202);
    }
    expect(textOf(last)).toBe('hello Ada');
  });
  expect(kills).toBeGreaterThan(3);
});

it('a resume: the client resumes again elsewhere, and gets each event once [serverless.killed]', async () => {
  const kills = await killAtEach(async (count) => {
    const session = await openSession(stable.url);
    const events = readEvents(await session.call(stable.url, 1, 'read', { ms: 1500 }));
    const first = await events.next();
    const lastId = first.done ? undefined : first.value.id;
    await events.return();
    const message = await answerOf(session, deadly(session, count).listen(victim.url, lastId));
    const again = message ?? (await answerOf(session, session.listen(stable.url, lastId)));
    expect(textOf(again)).toBe('read done');
  });
  expect(kills).toBeGreaterThan(3);
});

it('DELETE: repeated, the session has ended [serverless.killed]', async () => {
  const kills = await killAtEach(async (count) => {
    const session = await openSession(stable.url);
    const ended = await unlessKilled(deadly(session, count).end(victim.url));
    if (ended === undefined) expect([200, 404]).toContain((await session.end(stable.url)).status);
    expect((await session.call(stable.url, 1, 'read')).status).toBe(404);
  });
  expect(kills).toBeGreaterThan(3);
});

it('a worker: another one finishes what may run again, and says what is lost of the rest [serverless.killed]', async () => {
  const kills = await killAtEach(async (count) => {
    const before = began('survey');
    const { taskId } = await beginTask(stable.url, 'survey', { ms: 300 });
    await unlessKilled(work(victim.url, at(count)));
    const working = work(stable.url);
    const task = await taskWhen([stable.url], taskId, isOver);
    await working;
    if (task.status === 'completed') expect(task.result?.content[0]?.text).toBe('survey done');
    else expect(task.error).toMatchObject({ code: -32603, data: { reason: 'pod_lost' } });
    expect(began('survey') - before).toBeLessThanOrEqual(1);
  });
  expect(kills).toBeGreaterThan(3);
});
