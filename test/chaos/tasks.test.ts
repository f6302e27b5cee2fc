import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { readStream } from '../cluster/stream-reader.ts';
import { beginTask, getTask, isOver, type SeenTask, send, taskWhen } from '../cluster/task-wire.ts';
import { messagesOf, openSession } from '../cluster/wire.ts';
import type { Pod } from '../lib/pods.ts';
import { startRedisSentinel } from '../lib/redis-sentinel.ts';
import { startTaskStage, type TaskStage } from './task-stage.ts';

let stage: TaskStage;
beforeAll(async () => {
  stage = await startTaskStage();
});
afterAll(() => stage?.stop());

const endings: { how: string; end: (pod: Pod) => Promise<unknown> }[] = [
  { how: 'kill -9', end: (pod) => pod.kill9() },
  { how: 'SIGTERM', end: (pod) => pod.stop() },
];

/** The result's text, or the reason of the error. */
function endOf({ status, result, error }: SeenTask): string {
  if (status === 'completed') return result?.content[0]?.text ?? '';
  return `${status} ${(error?.data as { reason?: string } | undefined)?.reason}`;
}

describe.each(endings)('tasks of a pod that ends by $how', ({ how, end }) => {
  test('run again once if that is safe, and else end honestly; questions survive [task.lost] [task.drain]', async () => {
    const [a] = stage.urls() as [URL];
    const key = (name: string) => `${how} ${name}`;
    const [read, write, rounds] = await Promise.all([
      beginTask(a, 'read', { key: key('read'), ms: 4000 }),
      beginTask(a, 'write', { key: key('write'), ms: 4000 }),
      beginTask(a, 'rounds', { key: key('rounds') }),
    ]);
    await taskWhen([a], rounds.taskId, ({ status }) => status === 'input_required');
    await stage.replace(0, end);
    const rest = stage.urls();
    expect(endOf(await taskWhen(rest, read.taskId, isOver))).toMatch(new RegExp(`^${key('read')} on`));
    expect(stage.journal(key('read'), 'began')).toHaveLength(2);
    const lost = await taskWhen(rest, write.taskId, isOver);
    expect(endOf(lost)).toBe('failed pod_lost');
    expect(lost.statusMessage).toMatch(/whether the task took effect is unknown/);
    expect(stage.journal(key('write'), 'began')).toHaveLength(1);
    expect(stage.journal(key('write'), 'ended')).toHaveLength(0);
    const seen = new Set<string>();
    for (let round = 0; round < 2; round += 1) {
      const isNew = (task: SeenTask) => Object.keys(task.inputRequests ?? {}).some((one) => !seen.has(one));
      const [question = ''] = Object.keys((await taskWhen(rest, rounds.taskId, isNew)).inputRequests ?? {});
      seen.add(question);
      const inputResponses = { [question]: { action: 'accept', content: { name: 'Ada' } } };
      await send(rest[round] as URL, 'tasks/update', { taskId: rounds.taskId, inputResponses });
    }
    expect(endOf(await taskWhen(rest, rounds.taskId, isOver))).toBe(`${key('rounds')} after 2 rounds`);
  });

  test('end once, if the pod ends while it stores their ends [task.lost] [task.drain]', async () => {
    const [a] = stage.urls() as [URL];
    const key = (name: string) => `${how} finishing ${name}`;
    const [read, write] = await Promise.all(
      ['read', 'write'].map((name) => beginTask(a, name, { key: key(name), ms: 800 })),
    );
    const goOn = await stage.holdWrites();
    for (const name of ['read', 'write']) {
      await eventually(() => expect(stage.journal(key(name), 'ended')).toHaveLength(1));
    }
    const { exited } = (stage.pods[0] as Pod).process;
    const ending = stage.replace(0, end);
    await Promise.race([exited, delay(200)]);
    await goOn();
    await ending;
    const ends = [read, write].map(async (task) => endOf(await taskWhen(stage.urls(), task?.taskId ?? '', isOver)));
    const killed = how === 'kill -9';
    expect(await Promise.all(ends)).toEqual([
      expect.stringMatching(`${key('read')} on`),
      killed ? 'failed pod_lost' : expect.stringMatching(`${key('write')} on`),
    ]);
    expect(stage.journal(key('read'), 'began')).toHaveLength(killed ? 2 : 1);
    expect(stage.journal(key('write'), 'began')).toHaveLength(1);
  });

  test('of a session end honestly while their handler waits for an answer [task.lost]', async () => {
    const [, b, c] = stage.urls() as [URL, URL, URL];
    const session = await openSession(b);
    const call = { name: 'ask', arguments: { key: `${how} ask` }, task: {} };
    const [begun] = await messagesOf(
      await session.send(b, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
    );
    const { taskId } = (begun?.result?.['task'] ?? {}) as { taskId: string };
    const result = { jsonrpc: '2.0', id: 2, method: 'tasks/result', params: { taskId } };
    const waiting = readStream(await session.send(c, result));
    await waiting.until(({ method }) => method === 'elicitation/create');
    const [{ pid } = { pid: 0 }] = stage.journal(`${how} ask`, 'began');
    const worker = stage.pods.findIndex(({ process: { pid: own } }) => own === pid);
    const ending = stage.replace(worker, end);
    if (stage.urls()[worker]?.href !== c.href) {
      const last = await waiting.until(({ id }) => id === 2);
      expect(last.error).toMatchObject({ code: -32603, data: { reason: 'pod_lost' } });
    }
    await ending;
    // A pod that starts before its loss is noticed may send the question first.
    const again = await messagesOf(await session.send(stage.urls()[worker] as URL, { ...result, id: 3 }));
    expect(again.at(-1)).toMatchObject({ id: 3, error: { data: { reason: 'pod_lost' } } });
  });
});

test('a short task ends on a pod that drains, and a queued one runs elsewhere [task.drain]', async () => {
  const [a] = stage.urls() as [URL];
  const short = await beginTask(a, 'write', { key: 'drain short', ms: 600 });
  await stage.replace(0, (pod) => pod.stop());
  expect(endOf(await taskWhen(stage.urls(), short.taskId, isOver))).toMatch(/^drain short on/);
});

test('tasks survive a restart of Redis, and end once [task.redis-restart]', async () => {
  const [a, b] = stage.urls() as [URL, URL];
  const running = await beginTask(a, 'write', { key: 'restart', ms: 2500 });
  await stage.restartRedis();
  await eventually(async () => expect((await getTask(b, running.taskId)).status).toBe('working'));
  expect(endOf(await taskWhen(stage.urls(), running.taskId, isOver))).toMatch(/^restart on/);
  const next = await eventually(() => beginTask(b, 'always', { key: 'after the restart' }));
  expect(endOf(await taskWhen(stage.urls(), next.taskId, isOver))).toMatch(/^after the restart on/);
});

test('a failover of Redis leaves every task, and doubles no effect, where replicas are waited for [task.failover]', async () => {
  const sentinel = await startRedisSentinel();
  await sentinel.inSync();
  const env = { ANYPOD_REDIS_REPLICAS: '1', ANYPOD_TASK_CONCURRENCY: '2' };
  const own = await startTaskStage(env, sentinel.url).catch(async (error: unknown) => {
    await sentinel.stop();
    throw error;
  });
  try {
    const [a, b] = own.urls() as [URL, URL];
    const done = await beginTask(a, 'always', { key: 'done' });
    const cancelled = await beginTask(b, 'write', { key: 'cancelled', ms: 60_000 });
    await send(a, 'tasks/cancel', { taskId: cancelled.taskId });
    const over = [await taskWhen([b], done.taskId, isOver), await taskWhen([b], cancelled.taskId, isOver)];
    const asks = await beginTask(a, 'rounds', { key: 'asks' });
    await taskWhen([b], asks.taskId, ({ status }) => status === 'input_required');
    const names = Array.from({ length: 24 }, (_, n) => (n % 4 === 0 ? `write ${n}` : `always ${n}`));
    const begun = await Promise.all(
      names.map((key, n) => beginTask(own.urls()[n % 3] as URL, key.split(' ')[0] ?? '', { key, ms: 1000 })),
    );
    const old = await sentinel.master();
    old.process.signal('SIGKILL');
    await expect.poll(() => sentinel.master(), { timeout: 120_000 }).not.toBe(old);
    const seen = (taskId: string) => eventually(() => taskWhen(own.urls(), taskId, isOver));
    const ends = await Promise.all(begun.map(async ({ taskId }) => endOf(await seen(taskId))));
    expect(ends).toEqual(names.map((key) => expect.stringMatching(`^${key} on`)));
    for (const key of names) expect([key, own.journal(key, 'began').length]).toEqual([key, 1]);
    for (const task of over) expect(await seen(task.taskId)).toEqual(task);
    for (let round = 1; round <= 2; round += 1) {
      const isAsked = ({ inputRequests = {} }: SeenTask) =>
        Object.keys(inputRequests)[0]?.startsWith(`${round}.`) ?? false;
      const { inputRequests = {} } = await eventually(() => taskWhen(own.urls(), asks.taskId, isAsked));
      const inputResponses = { [Object.keys(inputRequests)[0] ?? '']: { action: 'accept', content: { name: 'Ada' } } };
      await eventually(() => send(b, 'tasks/update', { taskId: asks.taskId, inputResponses }));
    }
    expect(endOf(await seen(asks.taskId))).toBe('asks after 2 rounds');
  } finally {
    await own.stop();
    await sentinel.stop();
  }
});

test('many tasks on pods that are killed again and again all end, and no effect is doubled [task.chaos]', {
  timeout: 600_000,
}, async () => {
  // `make chaos` runs 1000.
  const COUNT = Number(process.env['TASKS'] ?? 300);
  const FIRST_KILL_MS = 1000;
  const KILL_EVERY_MS = 5000;
  const chaos = await startTaskStage({
    ANYPOD_TASK_TOOLS: '{"read":{"mode":"always"},"write":{"mode":"always"}}',
    ANYPOD_TASK_LIMIT: `${COUNT}`,
    ANYPOD_RETRY_TOOLS: 'read,write',
  });
  const done = new AbortController();
  let kills = 0;
  const killing = (async () => {
    let next = Date.now() + FIRST_KILL_MS;
    for (let index = 0; !done.signal.aborted; index = (index + 1) % 3) {
      await delay(Math.max(0, next - Date.now()), undefined, { signal: done.signal }).catch(() => undefined);
      if (done.signal.aborted) return;
      next = Date.now() + KILL_EVERY_MS;
      kills += 1;
      await chaos.replace(index, (pod) => pod.kill9());
    }
  })();
  try {
    const begun = new Map<string, string>();
    for (let n = 0; n < COUNT; n += 1) {
      const tool = n % 2 === 0 ? 'read' : 'write';
      // A pod may die after it has stored a task and before it answers. The client repeats its call, on any pod, and gets that task.
      const key = `${tool} ${n}`;
      const repeatable = { 'anypod/idempotencyKey': `${key} of this test` };
      let turn = n;
      const begin = () => beginTask(chaos.urls()[turn++ % 3] as URL, tool, { key, ms: 300 }, repeatable);
      begun.set(key, (await eventually(begin)).taskId);
    }
    const ends = new Map<string, number>();
    for (const [key, taskId] of begun) {
      const task = await eventually(() => taskWhen(chaos.urls(), taskId, isOver));
      const end = `${key.split(' ')[0]} ${task.status === 'completed' ? 'completed' : endOf(task)}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      const again = await eventually(() => getTask(chaos.urls()[1] as URL, taskId));
      expect(again).toEqual(task);
    }
    console.log(`${COUNT} tasks, ${kills} pods killed:`, Object.fromEntries(ends));
    expect(kills).toBeGreaterThan(0);
    expect([...ends.values()].reduce((sum, count) => sum + count)).toBe(COUNT);
    expect(ends.get('read completed')).toBe(COUNT / 2);
    for (const key of begun.keys()) {
      const most = key.startsWith('write') ? 1 : 2;
      expect([key, chaos.journal(key, 'began').length <= most]).toEqual([key, true]);
    }
  } finally {
    done.abort();
    await killing;
    await chaos.stop();
  }
});
