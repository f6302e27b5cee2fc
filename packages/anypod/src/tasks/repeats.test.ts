import { describe, expect, it, vi } from 'vitest';
import type { Anypod } from '../anypod.ts';
import { createMemoryStore } from '../memory/index.ts';
import { ask, ended, META, open, type Settings, start, type Work } from './pods.fixture.ts';

describe('a call that is repeated, because its pod stored the task and died before it answered', () => {
  const key = { 'anypod/idempotencyKey': 'a key that nobody else can guess' };
  const settings = { mode: 'always' };
  const SECRETS = ['x'.repeat(32)];

  /** A pod that dies after it has stored a task, and one that lives. */
  async function startTwo(work: Work, options: Settings = {}) {
    const store = createMemoryStore();
    const create: typeof store.tasks.create = async (...args) => {
      await store.tasks.create(...args);
      return new Promise(() => undefined);
    };
    const shared = { secrets: SECRETS, ...options };
    const dying = await start(work, settings, { store: { ...store, tasks: { ...store.tasks, create } }, ...shared });
    // It would wait for its store for ever.
    open.pop();
    await dying.drain();
    const living = await start(work, settings, { store, ...shared });
    const count = async () => (await store.tasks.list(undefined, 10)).tasks.length;
    return { dying, living, count, store };
  }

  const keyed = (pod: Anypod, args: object, meta: object = key) =>
    ask(pod, 'tools/call', { name: 'work', arguments: args, _meta: { ...META, ...meta } });

  it('gets its task, if it has a key and its tool guards repeats [task.repeat]', async () => {
    const work = vi.fn(async () => 'done');
    const { dying, living, count } = await startTwo(work, { retryTools: ['work'] });
    void keyed(dying, {});
    await vi.waitFor(async () => expect(await count()).toBe(1));
    const [one, two] = await Promise.all([keyed(living, {}), keyed(living, {})]);
    expect(one.result).toMatchObject({ resultType: 'task' });
    expect(two.result?.['taskId']).toBe(one.result?.['taskId']);
    expect(await ended(living, one.result?.['taskId'])).toMatchObject({ status: 'completed' });
    expect((await keyed(living, {})).result).toMatchObject({ taskId: one.result?.['taskId'], status: 'completed' });
    expect((await keyed(living, { other: 1 })).error).toMatchObject({ data: { reason: 'other_arguments' } });
    expect((await keyed(living, {}, { 'anypod/idempotencyKey': 'short' })).error).toMatchObject({ code: -32602 });
    expect(await count()).toBe(1);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('is a new call after its task was cancelled, and without a key [task.repeat]', async () => {
    // Handlers that ignore their signal, on two pods that then close.
    const { living, count, store } = await startTwo(() => new Promise(() => undefined), { retryTools: ['work'] });
    await start(() => new Promise(() => undefined), settings, { store, secrets: SECRETS, retryTools: ['work'] });
    const taskId = (await keyed(living, {})).result?.['taskId'];
    await ask(living, 'tasks/cancel', { taskId });
    const next = (await keyed(living, {})).result?.['taskId'];
    expect(next).not.toBe(taskId);
    expect((await keyed(living, {})).result?.['taskId']).toBe(next);
    await keyed(living, {}, {});
    await keyed(living, {}, {});
    expect(await count()).toBe(4);
  });

  it('gets its task in a session, where a request id is used once [task.repeat]', async () => {
    const { dying, living, count } = await startTwo(async () => 'done');
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const send = (pod: Anypod, body: object, session?: string) => {
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      return pod.fetch(
        new Request('http://localhost/mcp', {
          method: 'POST',
          headers: { ...headers, ...(session !== undefined && { 'mcp-session-id': session }) },
          body: JSON.stringify({ jsonrpc: '2.0', ...body }),
        }),
      );
    };
    const opened = await send(living, { id: 0, method: 'initialize', params });
    const session = opened.headers.get('mcp-session-id') ?? '';
    const call = (pod: Anypod, id: number, args: object) =>
      send(pod, { id, method: 'tools/call', params: { name: 'work', arguments: args, task: {} } }, session);
    const taskOf = async (response: Response) =>
      ((await response.json()) as { result: { task: { taskId: string } } }).result.task.taskId;
    void call(dying, 7, {});
    await vi.waitFor(async () => expect(await count()).toBe(1));
    const first = await taskOf(await call(living, 7, {}));
    expect(await taskOf(await call(living, 7, {}))).toBe(first);
    expect(await count()).toBe(1);
    for (const [id, args] of [
      [8, {}],
      [7, { other: 1 }],
    ] as const)
      expect(await taskOf(await call(living, id, args))).not.toBe(first);
    // A client that resumes its session later may begin to count again.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    expect(await taskOf(await call(living, 7, {}))).not.toBe(first);
    vi.useRealTimers();
  });
});
