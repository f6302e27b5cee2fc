import { setTimeout as delay } from 'node:timers/promises';
import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { describe, expect, it, vi } from 'vitest';
import { type Anypod, createAnypod } from '../anypod.ts';
import type { AuthInfo } from '../core/caller.ts';
import { createMemoryStore } from '../memory/index.ts';
import { ask, call, ended, open, start } from './pods.fixture.ts';

describe('a tool call', () => {
  it('that ends in time is answered, also if the client accepts only JSON', async () => {
    const pod = await start(async () => 'done', { afterMs: 10_000 });
    expect((await call(pod)).result).toMatchObject({ resultType: 'complete', content: [{ text: 'done' }] });
  });

  it('that takes longer goes on as a task', async () => {
    const gate = Promise.withResolvers<string>();
    const pod = await start(() => gate.promise, { afterMs: 1 });
    const { result } = await call(pod);
    expect(result).toMatchObject({ resultType: 'task', status: 'working' });
    gate.resolve('late');
    expect(await ended(pod, result?.['taskId'])).toMatchObject({
      status: 'completed',
      result: { content: [{ text: 'late' }] },
    });
  });

  it('goes on as a call if its task cannot be stored', async () => {
    const gate = Promise.withResolvers<string>();
    const store = createMemoryStore();
    const create = vi.fn(async () => {
      // The handler answers while the store is asked.
      gate.resolve('as a call');
      await delay(50);
      throw new Error('away');
    });
    const broken = { ...store, tasks: { ...store.tasks, create } };
    const pod = await start(() => gate.promise, { afterMs: 1 }, { store: broken, secrets: ['x'.repeat(32)] });
    expect((await call(pod)).result).toMatchObject({ resultType: 'complete', content: [{ text: 'as a call' }] });
  });

  it('is aborted with its client before it is a task, and not after', async () => {
    const aborted: boolean[] = [];
    const work = async ({ signal }: { signal: AbortSignal }) => {
      await delay(300, undefined, { signal }).catch(() => undefined);
      aborted.push(signal.aborted);
      return 'done';
    };
    const early = new AbortController();
    const slow = await start(work, { afterMs: 10_000 });
    const gone = call(slow, { signal: early.signal }).catch(() => undefined);
    await delay(50);
    early.abort();
    await gone;
    await vi.waitFor(() => expect(aborted).toEqual([true]));
    const late = new AbortController();
    const pod = await start(work, { afterMs: 1 });
    const { result } = await call(pod, { signal: late.signal });
    late.abort();
    expect(await ended(pod, result?.['taskId'])).toMatchObject({ status: 'completed' });
    expect(aborted).toEqual([true, false]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('broken')), { status: 'completed', result: { isError: true } }],
    ['returns what is no result', async () => 1n as unknown as string, { status: 'failed', error: { code: -32602 } }],
  ])('of a queued task that %s ends the task', async (_what, work, expected) => {
    const pod = await start(work, { mode: 'always' });
    const { result } = await call(pod);
    expect(await ended(pod, result?.['taskId'])).toMatchObject(expected);
  });

  it('is no task if the operator says so', async () => {
    const pod = await start(async () => 'done', { mode: 'always' }, { taskTools: { '*': { mode: 'never' } } });
    expect((await call(pod)).result).toMatchObject({ resultType: 'complete' });
  });
});

describe('a task of a principal', () => {
  const alice = { token: 'secret of alice', clientId: 'c', scopes: ['read'], extra: { iss: 'i', sub: 'alice' } };
  const bob = { ...alice, token: 'secret of bob', extra: { iss: 'i', sub: 'bob' } };
  const callAs = (pod: Anypod, who: AuthInfo) => ask(pod, 'tools/call', { name: 'work', arguments: {} }, {}, who);
  const getAs = (pod: Anypod, taskId: unknown, who?: AuthInfo) => ask(pod, 'tasks/get', { taskId }, {}, who);

  it('is unknown to others, and runs with the claims of its caller and without the token [task.owner]', async () => {
    const seen: unknown[] = [];
    const work = async (ctx: object) => {
      seen.push((ctx as { http?: { authInfo?: AuthInfo } }).http?.authInfo);
      return 'done';
    };
    const store = createMemoryStore();
    const pod = await start(work, { mode: 'always' }, { store, secrets: ['x'.repeat(32)] });
    const { result } = await callAs(pod, alice);
    const taskId = result?.['taskId'];
    await vi.waitFor(async () =>
      expect((await getAs(pod, taskId, alice)).result).toMatchObject({ status: 'completed' }),
    );
    for (const other of [bob, undefined]) {
      expect((await getAs(pod, taskId, other)).error).toEqual((await getAs(pod, 'unknown', other)).error);
      expect((await ask(pod, 'tasks/cancel', { taskId }, {}, other)).error).toMatchObject({ code: -32602 });
    }
    const page = await store.tasks.list(undefined, 10);
    expect(JSON.stringify(page)).not.toContain('secret');
    expect(page.tasks).toHaveLength(1);
    expect(seen).toEqual([{ ...alice, token: '' }]);
  });

  it('does not run after the token has expired, if its tool says so [task.owner]', async () => {
    const work = vi.fn(async () => 'done');
    const pod = await start(work, { mode: 'always', requireFreshAuth: true });
    const { result } = await callAs(pod, { ...alice, expiresAt: 1 });
    await vi.waitFor(async () => {
      const { result: task } = await getAs(pod, result?.['taskId'], alice);
      expect(task).toMatchObject({ status: 'failed', error: { data: { reason: 'token_expired' } } });
    });
    expect(work).not.toHaveBeenCalled();
  });
});

describe('tasks of a pod that closes', () => {
  it('are left to the others, and end honestly', async () => {
    const store = createMemoryStore();
    const shared = { store, secrets: ['x'.repeat(32)] };
    const pod = await start(() => new Promise(() => undefined), { afterMs: 1 }, shared);
    const other = await start(async () => 'other', {}, shared);
    const { result } = await call(pod);
    await pod.close();
    expect(await ended(other, result?.['taskId'])).toMatchObject({
      status: 'failed',
      error: { data: { reason: 'pod_lost' } },
      statusMessage: expect.stringMatching(/went away/),
    });
  });
});

it('a server with tasks of its own keeps them', async () => {
  const createServer = () =>
    new ServerV1(
      { name: 'own', version: '1' },
      { capabilities: { tools: {}, tasks: { list: {} } }, taskStore: new InMemoryTaskStore() },
    );
  const pod = await createAnypod({ createServer });
  open.push(pod);
  expect(pod.probe.ownTasks).toBe(true);
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const response = await pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }));
  expect(await response.json()).toMatchObject({ result: { capabilities: { tasks: { list: {} } } } });
});
