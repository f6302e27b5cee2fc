import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, type AnypodOptions, createAnypod } from './anypod.ts';
import type { AuthInfo } from './core/caller.ts';
import type { StartTaskOptions, TaskDetails, TaskHandles, TaskStatus } from './core/task/task-handles.ts';
import type { ModuleContext } from './mcp/sdk/user-server.ts';
import { createMemoryStore } from './memory/index.ts';

const SHAPE = { id: z.string().default(''), text: z.string().default(''), key: z.string().optional() };
type Args = { id: string; text: string; key?: string | undefined };
const TASKS = { 'anypod/task': { ttlMs: 90_000 } };

/** What the work of a task waits for, so that tests look at it while it runs. */
let gate = Promise.withResolvers<string>();
const seen: { claims: unknown; era: string }[] = [];
const aborted: string[] = [];

const json = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value ?? null) }] });

/** The tools that start and follow tasks; each handler does the same on both SDKs. */
function followers(tasks: TaskHandles): Record<string, (args: Args) => Promise<unknown>> {
  return {
    begin: ({ text, key }) => tasks.start('work', { text }, key === undefined ? {} : { key }),
    look: ({ id }) => tasks.get(id),
    list: () => tasks.list(),
    say: ({ id, text }) => tasks.report(id, text),
    stop: ({ id }) => tasks.cancel(id),
    refused: ({ text }) =>
      tasks
        .start(text, {}, JSON.parse(text === 'work' ? '{"ttlMs":0}' : '{}') as StartTaskOptions)
        .catch((error: Error & { code?: string }) => `${error.name} ${error.code ?? ''}: ${error.message}`),
  };
}

interface Work {
  readonly text: string;
  readonly id: unknown;
  readonly authInfo: unknown;
  readonly signal: AbortSignal;
}

async function work({ tasks, era }: ModuleContext, { text, id, authInfo, signal }: Work) {
  seen.push({ claims: authInfo, era });
  signal.addEventListener('abort', () => aborted.push(text));
  await tasks.report(String(id), `working on ${text}`);
  if (text === 'throws') throw new Error('broken');
  return json(`${text}: ${await gate.promise}`);
}

function createV2(context: ModuleContext): McpServer {
  const server = new McpServer({ name: 'test', version: '2' });
  const inputSchema = z.object(SHAPE);
  for (const [name, follow] of Object.entries(followers(context.tasks))) {
    server.registerTool(name, { inputSchema }, async (args) => json(await follow(args)));
  }
  server.registerTool('never', { inputSchema, _meta: { 'anypod/task': { mode: 'never' } } }, () => json('ran'));
  server.registerTool('work', { inputSchema, _meta: TASKS }, ({ text }, { mcpReq, http }) =>
    work(context, { text, id: mcpReq._meta?.['anypod/taskId'], authInfo: http?.authInfo, signal: mcpReq.signal }),
  );
  return server;
}

function createV1(context: ModuleContext): ServerV1 {
  const server = new ServerV1({ name: 'test', version: '1' });
  for (const [name, follow] of Object.entries(followers(context.tasks))) {
    server.registerTool(name, { inputSchema: SHAPE }, async (args) => json(await follow(args)));
  }
  const never = { 'anypod/task': { mode: 'never' } };
  server.registerTool('never', { inputSchema: SHAPE, _meta: never }, () => json('ran'));
  server.registerTool('work', { inputSchema: SHAPE, _meta: TASKS }, ({ text }, { _meta, authInfo, signal }) =>
    work(context, { text, id: _meta?.['anypod/taskId'], authInfo, signal }),
  );
  return server;
}

const person = (sub: string): AuthInfo => ({
  token: `secret of ${sub}`,
  clientId: 'app',
  scopes: ['use'],
  extra: { iss: 'https://issuer.example', sub },
});

const pods: Anypod[] = [];
afterEach(async () => {
  gate.resolve('late');
  await Promise.all(pods.splice(0).map((pod) => pod.close()));
  gate = Promise.withResolvers();
  seen.length = 0;
  aborted.length = 0;
});

async function start(createServer: AnypodOptions['createServer'], options: Partial<AnypodOptions> = {}) {
  const store = createMemoryStore();
  const shared = { createServer, store, secrets: ['x'.repeat(32)], ...options };
  for (const _ of [1, 2]) pods.push(await createAnypod(shared));
  return { pods, store };
}

type Call = (pod: number, name: string, args?: Partial<Args>) => Promise<never>;

async function post(pod: Anypod | undefined, body: object, headers: object, authInfo?: AuthInfo) {
  const common = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const init = {
    method: 'POST',
    headers: { ...common, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...body }),
  };
  return (pod as Anypod).fetch(new Request('http://localhost/mcp', init), authInfo && { authInfo });
}

async function answerOf(response: Response): Promise<never> {
  const { result, error } = (await response.json()) as { result?: { content: { text: string }[] }; error?: object };
  return JSON.parse(result?.content[0]?.text ?? JSON.stringify(error)) as never;
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Calls of 2026-07-28. */
const modern =
  (auth?: AuthInfo): Call =>
  async (pod, name, args = {}) => {
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name };
    const params = { name, arguments: args, _meta: META };
    return answerOf(await post(pods[pod], { id: 1, method: 'tools/call', params }, headers, auth));
  };

/** Calls of a new session. */
async function session(protocolVersion: string, auth?: AuthInfo): Promise<Call> {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const opened = await post(pods[0], { id: 0, method: 'initialize', params }, {}, auth);
  const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  let id = 0;
  return async (pod, name, args = {}) => {
    id += 1;
    return answerOf(
      await post(pods[pod], { id, method: 'tools/call', params: { name, arguments: args } }, headers, auth),
    );
  };
}

const until = (call: Call, id: string, wanted: Partial<TaskDetails>) =>
  vi.waitFor(
    async () => {
      const task: TaskDetails = await call(1, 'look', { id });
      expect(task).toMatchObject(wanted);
      return task;
    },
    { timeout: 30_000 },
  );

describe.each([
  ['SDK v2', createV2],
  ['SDK v1', createV1],
])('a server of %s', (_sdk, createServer) => {
  it.each([
    ['2026-07-28', async () => modern()],
    ['2025-11-25', () => session('2025-11-25')],
    ['2025-06-18', () => session('2025-06-18')],
  ])('starts and follows tasks in a handler of %s, on any pod [task.handle]', async (_revision, open) => {
    await start(createServer);
    const call = await open();
    const begun: TaskStatus = await call(0, 'begin', { text: 'one' });
    expect(begun).toMatchObject({ tool: 'work', state: 'queued', ttlMs: 90_000 });
    const { id } = begun;
    await until(call, id, { state: 'running', message: 'working on one' });
    expect(await call(1, 'say', { id, text: 'nearly' })).toBe(true);
    await until(call, id, { message: 'nearly' });
    gate.resolve('done');
    const { result } = await until(call, id, { state: 'completed' });
    expect(result).toMatchObject({ content: [{ text: '"one: done"' }] });
    expect(await call(0, 'say', { id, text: 'late' })).toBe(false);
    expect(await call(0, 'stop', { id })).toBe(false);
    expect(seen).toEqual([{ claims: undefined, era: 'modern' }]);
    const broken: TaskStatus = await call(0, 'begin', { text: 'throws' });
    await until(call, broken.id, { state: 'failed' });
  });

  it('cancels a task, and its handler notices [task.handle]', async () => {
    await start(createServer);
    const call = modern();
    const { id }: TaskStatus = await call(0, 'begin', { text: 'endless' });
    await until(call, id, { state: 'running' });
    expect(await call(1, 'stop', { id })).toBe(true);
    await vi.waitFor(() => expect(aborted).toEqual(['endless']));
    await until(call, id, { state: 'cancelled' });
  });

  it('begins one task per key, however often it starts one [task.handle] [task.repeat]', async () => {
    await start(createServer);
    const call = await session('2025-11-25');
    const ids = await Promise.all(
      ['k', 'k', 'l'].map(async (key, n) => ((await call(n % 2, 'begin', { text: 'same', key })) as TaskStatus).id),
    );
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toBe(ids[1]);
    const stranger = await session('2025-11-25');
    expect(((await stranger(0, 'begin', { text: 'same', key: 'k' })) as TaskStatus).id).not.toBe(ids[0]);
    await vi.waitFor(() => expect(seen).toHaveLength(3));
  });

  it('says what it cannot start [task.handle]', async () => {
    await start(createServer, { taskLimit: 1 });
    const call = modern();
    expect(await call(0, 'refused', { text: 'never' })).toMatch(
      /^AnypodError task_refused: The tool never .* never\.$/,
    );
    expect(await call(0, 'refused', { text: 'work' })).toMatch(/^RangeError : ttlMs must be a whole number from 1/);
    const { id }: TaskStatus = await call(0, 'begin', { text: 'first' });
    await until(call, id, { state: 'running' });
    expect(await call(0, 'refused', { text: 'look' })).toMatch(/^AnypodError task_limit: You have 1 tasks/);
  });
});

describe.each([undefined, 'principal', 'all'] as const)('where servers are reused by %s', (reuse) => {
  it('tasks belong to the principal, and run with its claims and without its token [task.handle] [task.owner]', async () => {
    const { store } = await start(createV2, reuse === undefined ? {} : { reuse });
    const [ann, bob] = [person('ann'), person('bob')];
    const { id }: TaskStatus = await modern(ann)(0, 'begin', { text: 'hers' });
    await until(modern(ann), id, { state: 'running' });
    for (const other of [modern(bob), modern(), await session('2025-11-25', bob), await session('2025-11-25')]) {
      expect(await other(0, 'look', { id })).toBeNull();
      expect(await other(1, 'say', { id, text: 'mine' })).toBe(false);
      expect(await other(1, 'stop', { id })).toBe(false);
      expect(await other(0, 'list')).toEqual({ tasks: [] });
    }
    const hers = await session('2025-11-25', ann);
    expect(await hers(1, 'list')).toMatchObject({ tasks: [{ id }] });
    expect(seen).toEqual([{ claims: { ...ann, token: '' }, era: 'modern' }]);
    expect(JSON.stringify(await store.tasks.read(id))).not.toContain('secret');
  });
});

it('tasks of anonymous callers are in no list [task.handle]', async () => {
  await start(createV2);
  await modern()(0, 'begin', { text: 'one' });
  expect(await modern()(0, 'list')).toEqual({ tasks: [] });
  const one = await session('2025-11-25');
  await one(0, 'begin', { text: 'two' });
  expect(await one(1, 'list')).toEqual({ tasks: [] });
});

it('the check at the start has no tasks, and a server that starts some there is told so [task.handle]', async () => {
  const createServer = async (context: ModuleContext) => {
    await context.tasks.start('work');
    return createV2(context);
  };
  await expect(createAnypod({ createServer })).rejects.toThrow(/The check at the start runs no tasks/);
});
