import { fileURLToPath } from 'node:url';
import {
  createTaskSessionFromClient,
  type RawClientDispatch,
  resultFromTaskOutcome,
} from '@modelcontextprotocol/ext-tasks/client';
import { describe, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { connectMode } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import { postModern } from './modern-wire.ts';
import { commandsDuring } from './redis-commands.ts';
import { eventually } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { ABLE, beginTask, callTool, getTask, isOver, type SeenTask, send, taskWhen } from './task-wire.ts';
import { messagesOf, post, textOf } from './wire.ts';

/** The raw requests of the extension's client, to the pods in turn. */
function dispatchTo(pods: readonly URL[]): RawClientDispatch {
  let turn = 0;
  return async (request) => {
    const { method, params } = request as { method: string; params: Record<string, unknown> };
    const name = params['name'] ?? params['taskId'];
    const pod = pods[turn++ % pods.length] as URL;
    const headers = { 'mcp-method': method, ...(typeof name === 'string' && { 'mcp-name': name }) };
    const body = { jsonrpc: '2.0', id: turn, ...(request as object) };
    const response = await post(pod, body, { 'mcp-protocol-version': '2026-07-28', ...headers });
    const { result, error } = (await messagesOf(response)).at(-1) ?? {};
    return error === undefined
      ? { kind: 'result', result: result as never }
      : { kind: 'error', error: { jsonrpc: '2.0', id: turn, error } as never };
  };
}

const FIXTURE_TASKS = fileURLToPath(new URL('fixture-tasks.ts', import.meta.url));

describe('tasks of 2026-07-28 on three pods', () => {
  const deployment = useDeployment({
    module: FIXTURE_TASKS,
    env: { ANYPOD_TASK_RESULT_BYTES: '100000', ANYPOD_TASK_LIMIT: '50' },
  });

  test('a call that takes long is handed back, and any pod has its result [task.modern.hand-back]', async () => {
    const [a] = deployment.pods;
    const task = await beginTask(a, 'read', { key: 'long', ms: 1000 });
    expect(task).toMatchObject({ status: 'working', ttlMs: 3_600_000 });
    const seen = await taskWhen(deployment.pods, task.taskId, ({ statusMessage }) => statusMessage !== undefined);
    expect(seen.statusMessage).toBe('half of long');
    const done = await taskWhen(deployment.pods, task.taskId, isOver);
    expect(done).toMatchObject({ status: 'completed', result: { content: [{ text: /long on/ }] } });
    expect(deployment.journal('long', 'began')).toHaveLength(1);
  });

  test('a short call is answered as ever [task.modern.hand-back]', async () => {
    const [a] = deployment.pods;
    expect(textOf(await callTool(a, 'read', { key: 'short' }))).toMatch(/^short on/);
    expect(textOf(await callTool(a, 'read', { key: 'unable', ms: 500 }, false))).toMatch(/^unable on/);
  });

  test('a tool that is always a task is spread over the pods [task.modern.always]', async () => {
    const [a, b] = deployment.pods;
    const tasks = await Promise.all(
      Array.from({ length: 40 }, (_, n) => beginTask(a, 'always', { key: 'spread', ms: 100 + n })),
    );
    for (const { taskId } of tasks) await taskWhen([b], taskId, isOver);
    const began = deployment.journal('spread', 'began');
    expect(began).toHaveLength(40);
    expect(new Set(began.map(({ pid }) => pid)).size).toBe(3);
    expect((await callTool(a, 'always', { key: 'unable' }, false)).error).toMatchObject({ code: -32021 });
  });

  test('an error of the tool is a result, and a result that is too large is an error [task.outcome]', async () => {
    const { pods } = deployment;
    const failed = await beginTask(pods[0], 'read', { key: 'fails', ms: 300, fail: 'error' });
    expect(await taskWhen(pods, failed.taskId, isOver)).toMatchObject({
      status: 'completed',
      result: { isError: true },
    });
    const huge = await beginTask(pods[0], 'read', { key: 'huge', ms: 300, fail: 'huge' });
    const seen = await taskWhen(pods, huge.taskId, isOver);
    expect(seen).toMatchObject({ status: 'failed', error: { code: -32603, data: { reason: 'result_too_large' } } });
  });

  test('a cancellation reaches the handler on its pod [task.cancel]', async () => {
    const [a, b, c] = deployment.pods;
    const task = await beginTask(a, 'write', { key: 'cancel', ms: 60_000 });
    expect((await send(b, 'tasks/cancel', { taskId: task.taskId })).result).toEqual({ resultType: 'complete' });
    expect(await getTask(c, task.taskId)).toMatchObject({ status: 'cancelled' });
    await eventually(() => expect(deployment.journal('cancel', 'aborted')).toHaveLength(1));
    expect((await send(b, 'tasks/cancel', { taskId: task.taskId })).result).toEqual({ resultType: 'complete' });
    expect(await getTask(a, task.taskId)).toMatchObject({ status: 'cancelled' });
  });

  test('a cancellation reaches a handler that awaits its answer, from any pod and from the command line [task.cancel]', async () => {
    const { pods, redisUrl } = deployment;
    const cancellers = [
      ...pods.map((pod) => (taskId: string) => send(pod, 'tasks/cancel', { taskId })),
      (taskId: string) => startChild(process.execPath, [ANYPOD, 'tasks', 'cancel', taskId, '--redis', redisUrl]).exited,
    ];
    for (const [n, cancel] of cancellers.entries()) {
      const key = `cancel ${n}`;
      const { taskId } = await beginTask(pods[0], 'ask', { key, ms: 300 });
      await taskWhen(pods, taskId, ({ status }) => status === 'input_required');
      expect(deployment.journal(key, 'aborted')).toEqual([]);
      await cancel(taskId);
      await eventually(() => expect(deployment.journal(key, 'aborted')).toHaveLength(1));
      expect(await getTask(pods[0], taskId)).toMatchObject({ status: 'cancelled' });
    }
  });

  test('questions are answered on any pod, and their keys are never used twice [task.modern.questions]', async () => {
    const { pods } = deployment;
    const { taskId } = await beginTask(pods[0], 'rounds', { key: 'rounds' });
    const keys = new Set<string>();
    for (let round = 0; round < 2; round += 1) {
      const asks = (task: SeenTask) => Object.keys(task.inputRequests ?? {}).some((key) => !keys.has(key));
      const { inputRequests = {} } = await taskWhen(pods, taskId, asks);
      const [key = ''] = Object.keys(inputRequests);
      keys.add(key);
      const inputResponses = { [key]: { action: 'accept', content: { name: 'Ada' } }, unknown: {} };
      for (const pod of pods) {
        const { result } = await send(pod, 'tasks/update', { taskId, inputResponses });
        expect(result).toEqual({ resultType: 'complete' });
      }
    }
    expect(keys.size).toBe(2);
    const done = await taskWhen(pods, taskId, isOver);
    expect(done.result?.content[0]?.text).toBe('rounds after 2 rounds');
    expect(deployment.journal('rounds', 'round')).toHaveLength(3);
  });

  test('a handler that awaits its answer goes on on its pod [task.modern.questions]', async () => {
    const { pods } = deployment;
    const { taskId } = await beginTask(pods[0], 'ask', { key: 'push', ms: 400 });
    const { inputRequests = {} } = await taskWhen(pods, taskId, ({ status }) => status === 'input_required');
    const [key = ''] = Object.keys(inputRequests);
    const inputResponses = { [key]: { action: 'accept', content: { name: 'Ada' } } };
    expect((await send(pods[1], 'tasks/update', { taskId, inputResponses })).result).toEqual({
      resultType: 'complete',
    });
    expect((await taskWhen(pods, taskId, isOver)).result?.content[0]?.text).toBe('push: Ada');
    expect(deployment.journal('push', 'began')).toHaveLength(1);
  });

  test('a stream on another pod tells of each change, and ends with the tasks [task.modern.listen]', async () => {
    const [a, b] = deployment.pods;
    const { taskId } = await beginTask(a, 'read', { key: 'listen', ms: 1500 });
    const logging = { 'io.modelcontextprotocol/logLevel': 'debug' };
    const params = { notifications: { taskIds: [taskId, 'unknown'] }, _meta: { ...ABLE, ...logging } };
    const stream = readStream(await postModern(b, 'subscriptions/listen', params));
    const acknowledged = await stream.until(({ method }) => method === 'notifications/subscriptions/acknowledged');
    expect(acknowledged.params?.['notifications']).toEqual({ taskIds: [taskId] });
    const messages = await stream.rest();
    const told = messages.filter(({ method }) => method === 'notifications/tasks').map(({ params: task }) => task);
    expect(told.map((task) => task?.['status'])).toContain('working');
    expect(told.at(-1)).toMatchObject({ taskId, status: 'completed', result: { content: [{ text: /listen on/ }] } });
    expect(messages.at(-1)).toMatchObject({ id: 'modern', result: { resultType: 'complete' } });
    // No progress and no log messages.
    expect(messages.flatMap(({ method }) => method ?? []).filter((name) => name !== 'notifications/tasks')).toEqual([]);
    const undeclared = await send(b, 'subscriptions/listen', { notifications: { taskIds: [taskId] } }, false);
    expect(undeclared.error).toMatchObject({ code: -32021 });
  });

  test('refusals: the extension comes before ids, and ids before everything else [task.modern.refusals]', async () => {
    const [a] = deployment.pods;
    const codeOf = async (method: string, params: object, able = true) =>
      (await send(a, method, params, able)).error?.code;
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      expect(await codeOf(method, { taskId: 'unknown', inputResponses: {} }, false)).toBe(-32021);
      expect(await codeOf(method, { taskId: 'unknown', inputResponses: {} })).toBe(-32602);
      expect(await codeOf(method, { taskId: 5 })).toBe(-32602);
    }
    const { taskId } = await beginTask(a, 'always', { key: 'refusals' });
    expect(await codeOf('tasks/update', { taskId })).toBe(-32602);
    for (const method of ['tasks/result', 'tasks/list']) expect(await codeOf(method, { taskId })).toBe(-32601);
    expect(textOf(await send(a, 'tools/call', { name: 'never', arguments: { key: 'task' }, task: {} }))).toBe('task');
  });

  test('the official client of the extension runs tasks through the balancer, each request on another pod [task.clients]', async () => {
    const answers = { elicitation: () => ({ action: 'accept', content: { name: 'Eve' } }) };
    const fetch = alternating([deployment.balancer]);
    const { client, close } = await connectMode({ pin: '2026-07-28' }, { fetch, answers });
    const clientCapabilities = { elicitation: { form: {} } };
    const framing = { protocolVersion: '2026-07-28', clientInfo: { name: 'ext', version: '1' }, clientCapabilities };
    const session = createTaskSessionFromClient(client, {
      endpointId: 'anypod',
      rawDispatch: dispatchTo([deployment.balancer]),
      v2RequestFraming: framing,
      onInputRequest: async () => ({ action: 'accept', content: { name: 'Eve' } }) as never,
    });
    for (const [name, args, expected] of [
      ['always', { key: 'ext-always' }, /^ext-always on/],
      ['read', { key: 'ext-read', ms: 500 }, /^ext-read on/],
      ['rounds', { key: 'ext-rounds' }, /^ext-rounds after 2 rounds$/],
    ] as const) {
      const execution = await session.callTool(name, args);
      expect(execution.kind).toBe('task');
      const { outcome } = await execution.settle();
      expect(resultFromTaskOutcome(outcome)).toMatchObject({ content: [{ text: expect.stringMatching(expected) }] });
    }
    const long = await session.callTool('write', { key: 'ext-cancel', ms: 60_000 });
    if (long.kind !== 'task') throw new Error('no task');
    const { taskId } = long.handle;
    await session.cancelTask(taskId);
    expect(await getTask(deployment.pods[0], `${taskId}`)).toMatchObject({ status: 'cancelled' });
    await session.close();
    await close();
  });

  test('a task costs six commands at most, and a short call none [cost.redis.tasks]', async () => {
    const [a] = deployment.pods;
    const run = async (tool: string, args: object) => {
      const { taskId } = await beginTask(a, tool, args);
      await eventually(async () => expect(isOver(await getTask(a, taskId))).toBe(true));
      return taskId;
    };
    await run('always', { key: 'learnt' });
    /** The polls of the client: a script that reads the task of an owner, and notes nobody. */
    const gets = (words: readonly string[]) => words.at(4)?.includes('{tasks}:of:') === true && words.at(-1) === '';
    for (const [tool, args] of [
      ['always', { key: 'commands' }],
      ['read', { key: 'commands', ms: 500 }],
    ] as const) {
      let id = '';
      const commands = await commandsDuring(deployment.redisUrl, async () => {
        id = await run(tool, args);
      });
      const ofTask = commands.filter((words) => words.some((word) => word.endsWith(id)) && !gets(words));
      expect(ofTask.length).toBeGreaterThan(1);
      // And one XREADGROUP that brings the task, if it is queued.
      expect(ofTask.length).toBeLessThanOrEqual(tool === 'always' ? 5 : 6);
    }
    const short = await commandsDuring(deployment.redisUrl, async () => {
      for (let n = 0; n < 20; n += 1) await callTool(a, 'read', { key: 'short commands' });
    });
    const own = short.filter((words) => words.some((word) => word.includes('{tasks}:task:')));
    expect(own).toEqual([]);
  });

  test('an operator lists, shows and cancels tasks [task.cli]', async () => {
    const [a, b] = deployment.pods;
    const { taskId } = await beginTask(a, 'write', { key: 'cli', ms: 60_000 });
    const run = async (...args: string[]) => {
      const child = startChild(process.execPath, [ANYPOD, 'tasks', ...args, '--redis', deployment.redisUrl]);
      return { code: (await child.exited).code, out: child.logs() };
    };
    const listed = JSON.parse((await run('list', '--json')).out) as { id: string }[];
    expect(listed.find(({ id }) => id === taskId)).toMatchObject({ tool: 'write', status: 'running' });
    expect((await run('list')).out).toMatch(new RegExp(`^ID +TOOL +STATUS.*^${taskId} +write +running`, 'ms'));
    const bytes = Buffer.byteLength(JSON.stringify({ key: 'cli', ms: 60_000 }));
    expect((await run('show', taskId)).out).toContain(`arguments  {"type":"object","bytes":${bytes}}`);
    expect((await run('show', taskId, '--contents')).out).toMatch(/^arguments +\{"key":"cli"/m);
    expect((await run('cancel', taskId)).code).toBe(0);
    expect(await getTask(b, taskId)).toMatchObject({ status: 'cancelled' });
    await eventually(() => expect(deployment.journal('cli', 'aborted')).toHaveLength(1));
    expect(await run('cancel', taskId)).toMatchObject({ code: 1, out: expect.stringMatching(/it has ended/) });
    // An id may begin with a hyphen.
    expect(await run('show', '-9unknown')).toMatchObject({ code: 1, out: expect.stringMatching(/no such task/) });
    const done = await beginTask(a, 'write', { key: 'secret words', ms: 300 });
    await taskWhen(deployment.pods, done.taskId, ({ status }) => status === 'completed');
    for (const words of [['list'], ['list', '--json'], ['show', done.taskId], ['show', done.taskId, '--json']]) {
      expect((await run(...words)).out, words.join(' ')).not.toContain('secret words');
    }
    const whole = JSON.parse((await run('show', done.taskId, '--json', '--contents')).out) as object;
    expect(whole).toMatchObject({
      arguments: { key: 'secret words' },
      result: { content: [{ text: expect.stringContaining('secret words') }] },
    });
    expect(await run('forget')).toMatchObject({ code: 2, out: expect.stringMatching(/use anypod tasks list/) });
  });

  test('a client that has too many tasks gets an error that says what to do [task.limit]', async () => {
    const [a] = deployment.pods;
    const begun = await Promise.all(
      Array.from({ length: 60 }, () => callTool(a, 'always', { key: 'limit', ms: 20_000 })),
    );
    const refused = begun.filter(({ error }) => error !== undefined);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.error).toMatchObject({
      message: expect.stringMatching(/have not ended/),
      data: { reason: 'task_limit' },
    });
    await Promise.all(
      begun.map(({ result }) => result && send(a, 'tasks/cancel', { taskId: String(result['taskId']) })),
    );
  });
});
