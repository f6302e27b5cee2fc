import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createTaskSessionFromClient, resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { connectMode } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import { ENDPOINT } from './official-client.ts';
import { commandsDuring } from './redis-commands.ts';
import { eventually } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { type Message, messagesOf, openSession, type WireSession } from './wire.ts';

const FIXTURE_TASKS = fileURLToPath(new URL('fixture-tasks.ts', import.meta.url));

interface SeenTask {
  readonly taskId: string;
  readonly status: string;
  readonly statusMessage?: string;
  readonly ttl: number;
}

async function ask(session: WireSession, pod: URL, method: string, params: object = {}): Promise<Message> {
  const response = await session.send(pod, { jsonrpc: '2.0', id: `${method} ${Math.random()}`, method, params });
  return (await messagesOf(response)).at(-1) ?? {};
}

async function begin(session: WireSession, pod: URL, name: string, args: object, task: object = {}): Promise<SeenTask> {
  const { result, error } = await ask(session, pod, 'tools/call', { name, arguments: args, task });
  if (result === undefined) throw new Error(JSON.stringify(error));
  return result['task'] as SeenTask;
}

describe('tasks of 2025-11-25 on three pods', () => {
  const deployment = useDeployment({ module: FIXTURE_TASKS });

  test('clients are told of them, and which tools can be tasks [task.session.capability]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    expect(session.initialized.result?.['capabilities']).toMatchObject({
      tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
    });
    const { result } = await ask(session, b, 'tools/list');
    const tools = result?.['tools'] as { name: string; execution?: object }[];
    const support = Object.fromEntries(tools.map(({ name, execution }) => [name, execution]));
    expect(support).toMatchObject({
      read: { taskSupport: 'optional' },
      always: { taskSupport: 'required' },
      never: { taskSupport: 'forbidden' },
    });
    const older = await openSession(a, { version: '2025-06-18' });
    expect(older.initialized.result?.['capabilities']).not.toHaveProperty('tasks');
    expect((await ask(older, b, 'tasks/list')).error?.code).toBe(-32601);
    expect((await ask(older, b, 'tools/call', { name: 'always', arguments: { key: 'older' } })).result).toBeDefined();
  });

  test('any pod tells of a task, lists it and has its result [task.session.any-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const task = await begin(session, a, 'read', { key: 's-read', ms: 500 }, { ttl: 90_000 });
    expect(task).toMatchObject({ status: 'working', ttl: 90_000 });
    const { taskId } = task;
    expect((await ask(session, b, 'tasks/get', { taskId })).result).toMatchObject({ taskId, status: 'working' });
    const done = await ask(session, c, 'tasks/result', { taskId });
    expect(done.result).toMatchObject({
      content: [{ text: expect.stringMatching(/^s-read on/) }],
      _meta: { 'io.modelcontextprotocol/related-task': { taskId } },
    });
    expect((await ask(session, b, 'tasks/get', { taskId })).result).toMatchObject({
      status: 'completed',
      statusMessage: 'half of s-read',
    });
    const { result } = await ask(session, b, 'tasks/list');
    expect(result?.['tasks']).toMatchObject([{ taskId }]);
    const stranger = await openSession(a);
    expect((await ask(stranger, a, 'tasks/get', { taskId })).error?.code).toBe(-32602);
    expect((await ask(stranger, a, 'tasks/result', { taskId })).error?.code).toBe(-32602);
    expect((await ask(stranger, a, 'tasks/list')).result?.['tasks']).toEqual([]);
  });

  test('the list comes in pages [task.session.list]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const begun = await Promise.all(Array.from({ length: 60 }, () => begin(session, a, 'read', { key: 'pages' })));
    const first = (await ask(session, b, 'tasks/list')).result;
    const second = (await ask(session, a, 'tasks/list', { cursor: first?.['nextCursor'] })).result;
    const listed = [first, second].flatMap((page) => page?.['tasks'] as SeenTask[]).map(({ taskId }) => taskId);
    expect(listed.sort()).toEqual(begun.map(({ taskId }) => taskId).sort());
    expect(second).not.toHaveProperty('nextCursor');
    expect((await ask(session, a, 'tasks/list', { cursor: 'x' })).error?.code).toBe(-32602);
  });

  test('an error of the tool is a failed task with its result [task.outcome]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const { taskId } = await begin(session, a, 'read', { key: 's-fails', fail: 'error' });
    expect((await ask(session, b, 'tasks/result', { taskId })).result).toMatchObject({ isError: true });
    expect((await ask(session, b, 'tasks/get', { taskId })).result).toMatchObject({ status: 'failed' });
  });

  test('a cancellation reaches the handler on its pod [task.cancel]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const { taskId } = await begin(session, a, 'write', { key: 's-cancel', ms: 60_000 });
    await eventually(() => expect(deployment.journal('s-cancel', 'began')).toHaveLength(1));
    const waiting = ask(session, c, 'tasks/result', { taskId });
    expect((await ask(session, b, 'tasks/cancel', { taskId })).result).toMatchObject({ taskId, status: 'cancelled' });
    expect((await waiting).error).toMatchObject({ data: { reason: 'cancelled' } });
    await eventually(() => expect(deployment.journal('s-cancel', 'aborted')).toHaveLength(1));
    expect((await ask(session, b, 'tasks/cancel', { taskId })).error?.code).toBe(-32602);
  });

  test('calls that should be tasks, or should not, are refused [task.session.refusals]', async () => {
    const [a] = deployment.pods;
    const session = await openSession(a);
    const codeOf = async (params: object) => (await ask(session, a, 'tools/call', params)).error?.code;
    expect(await codeOf({ name: 'always', arguments: { key: 'x' } })).toBe(-32601);
    expect(await codeOf({ name: 'never', arguments: { key: 'x' }, task: {} })).toBe(-32601);
    expect(await codeOf({ name: 'read', arguments: { key: 'x' }, task: 'yes' })).toBe(-32602);
    expect((await ask(session, a, 'tasks/get', {})).error?.code).toBe(-32602);
  });

  test('the standing stream tells of the status [task.session.status]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const standing = readStream(await session.listen(b));
    const { taskId } = await begin(session, a, 'read', { key: 's-status', ms: 100 });
    const told = await standing.until(
      ({ method, params }) => method === 'notifications/tasks/status' && params?.['status'] === 'completed',
    );
    expect(told.params).toMatchObject({ taskId });
    await standing.cut();
  });

  test.each(['ask', 'rounds'])(
    'questions of %s come with the result, and any pod takes the answer [task.session.questions]',
    async (tool) => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      const { taskId } = await begin(session, a, tool, { key: `s-${tool}` });
      const stream = readStream(
        await session.send(b, { jsonrpc: '2.0', id: 'result', method: 'tasks/result', params: { taskId } }),
      );
      for (let round = 0; round < (tool === 'rounds' ? 2 : 1); round += 1) {
        const question = await stream.until(({ method }) => method === 'elicitation/create');
        expect(question.params?._meta).toMatchObject({ 'io.modelcontextprotocol/related-task': { taskId } });
        expect((await ask(session, c, 'tasks/get', { taskId })).result).toMatchObject({ status: 'input_required' });
        const answer = { jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { name: 'Ada' } } };
        expect((await session.send(c, answer)).status).toBe(202);
      }
      const last = await stream.until(({ id }) => id === 'result');
      const text = tool === 'ask' ? 's-ask: Ada' : 's-rounds after 2 rounds';
      expect(last.result).toMatchObject({ content: [{ text }] });
      expect((await ask(session, a, 'tasks/get', { taskId })).result).toMatchObject({ status: 'completed' });
    },
  );

  test('the official client of SDK v1 runs tasks through the balancer, each request on another pod [task.clients]', async () => {
    const client = new Client({ name: 'v1', version: '1' }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { name: 'Eve' } }));
    const transport = new StreamableHTTPClientTransport(ENDPOINT, { fetch: alternating([deployment.balancer]) });
    await client.connect(transport as Transport);
    await client.listTools();
    const { tasks } = client.experimental;
    const seen: string[] = [];
    for (const [name, expected] of [
      ['always', /^v1-always on/],
      ['ask', /^v1-ask: Eve$/],
    ] as const) {
      const params = { name, arguments: { key: `v1-${name}` } };
      for await (const message of tasks.callToolStream(params, CallToolResultSchema, { task: {} })) {
        seen.push(message.type);
        if (message.type === 'error') throw message.error;
        if (message.type === 'result')
          expect(message.result).toMatchObject({ content: [{ text: expect.stringMatching(expected) }] });
      }
    }
    expect(seen).toEqual(expect.arrayContaining(['taskCreated', 'taskStatus', 'result']));
    const listed = await tasks.listTasks();
    expect(listed.tasks).toHaveLength(2);
    const [task] = listed.tasks;
    expect(await tasks.getTask(task?.taskId ?? '')).toMatchObject({ status: 'completed' });
    expect(await tasks.getTaskResult(task?.taskId ?? '', CallToolResultSchema)).toHaveProperty('content');
    const long = { name: 'write', arguments: { key: 'v1-cancel', ms: 60_000 } };
    const stream = tasks.callToolStream(long, CallToolResultSchema, { task: {} });
    const created = await stream.next();
    const { taskId } = (created.value as { task: { taskId: string } }).task;
    expect(await tasks.cancelTask(taskId)).toMatchObject({ status: 'cancelled' });
    await client.close();
  });

  test('the official client of the extension does so in 2025-11-25 [task.clients]', async () => {
    const answers = { elicitation: () => ({ action: 'accept', content: { name: 'Eve' } }) };
    const { client, close } = await connectMode('legacy', { fetch: alternating([deployment.balancer]), answers });
    const session = createTaskSessionFromClient(client, { endpointId: 'anypod' });
    for (const [name, expected] of [
      ['always', /^ext-always on/],
      ['ask', /^ext-ask: Eve$/],
    ] as const) {
      const task = { preference: 'require' } as const;
      const execution = await session.callTool(name, { key: `ext-${name}` }, { task });
      expect(execution.kind).toBe('task');
      const { outcome } = await execution.settle();
      expect(resultFromTaskOutcome(outcome)).toMatchObject({ content: [{ text: expect.stringMatching(expected) }] });
    }
    const task = { preference: 'require' } as const;
    const long = await session.callTool('write', { key: 'ext-cancel', ms: 60_000 }, { task });
    if (long.kind !== 'task') throw new Error('no task');
    const { taskId } = long.handle;
    await session.cancelTask(taskId);
    const { tasks } = await session.listTasks();
    expect(tasks).toHaveLength(3);
    expect(tasks.find((one) => one.taskId === taskId)).toMatchObject({ status: 'cancelled' });
    await session.close();
    await close();
  });

  test('a request for a result waits without asking Redis again, and idle pods ask for work only [cost.redis.tasks]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const { taskId } = await begin(session, a, 'write', { key: 's-wait', ms: 60_000 });
    await eventually(() => expect(deployment.journal('s-wait', 'began')).toHaveLength(1));
    const waiting = [b, c].map((pod) => ask(session, pod, 'tasks/result', { taskId }));
    const watchers = async (redis: Redis) =>
      (await redis.hkeys(`anypod:v1:{tasks}:task:${taskId}`)).filter((field) => field.startsWith('w:'));
    const redis = new Redis(deployment.redisUrl);
    await eventually(async () => expect(await watchers(redis)).toHaveLength(2));
    const statusOf = async () => (await ask(session, a, 'tasks/get', { taskId })).result?.['statusMessage'];
    await eventually(async () => expect(await statusOf()).toBe('half of s-wait'));
    await delay(500);
    const SECONDS = 6;
    const commands = await commandsDuring(deployment.redisUrl, () => delay(SECONDS * 1000));
    const ofTask = commands.filter((words) => words.some((word) => word.endsWith(`{tasks}:task:${taskId}`)));
    // Each pod reads the task once in 15 s, because another pod may die between a change and its message.
    expect(ofTask.length).toBeLessThanOrEqual(2);
    const ofTasks = commands.filter((words) => words.some((word) => word.includes('{tasks}')));
    // Each pod begins a blocking read again after 5 s, and looks once per lease (5 s) for entries that a lost pod has not begun.
    expect(ofTasks.length - ofTask.length).toBeLessThanOrEqual(3 * 2 * 2);
    await ask(session, a, 'tasks/cancel', { taskId });
    for (const answer of await Promise.all(waiting))
      expect(answer.error).toMatchObject({ data: { reason: 'cancelled' } });
    redis.disconnect();
  });

  test('the lag of the queue is the number of tasks that wait for a pod [task.lag]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const begun = await Promise.all(
      Array.from({ length: 37 }, () => begin(session, b, 'write', { key: 's-lag', ms: 120_000 })),
    );
    const redis = new Redis(deployment.redisUrl);
    const lag = async () => {
      const [group = []] = (await redis.xinfo('GROUPS', 'anypod:v1:{tasks}:queue')) as unknown[][];
      return [group[group.indexOf('lag') + 1], await redis.xlen('anypod:v1:{tasks}:queue')];
    };
    // Three pods run ten each.
    await eventually(async () => expect(await lag()).toEqual([7, 7]));
    await Promise.all(begun.map(({ taskId }) => ask(session, a, 'tasks/cancel', { taskId })));
    await eventually(async () => expect(await lag()).toEqual([0, 0]));
    redis.disconnect();
  });
});
