/** A pod on each runtime that docs/serverless.md names, beside a pod on this one: what one begins, the other continues. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { readEvents } from '../cluster/sse.ts';
import { beginTask, isOver, taskWhen } from '../cluster/task-wire.ts';
import { type Message, messagesOf, openSession, parse, textOf, type WireSession } from '../cluster/wire.ts';
import { type Child, startChild } from '../lib/child.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const pod = join(here, 'pod.ts');
const installed = (path: string) => join(here, 'node_modules', path);

interface Runtime {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: RegExp;
  /** Default true. */
  readonly noticesDisconnect?: boolean;
}

/** The command of each runtime. */
const RUNTIMES: Readonly<Record<string, Runtime>> = {
  'Node 22.18': { command: installed('node-22/bin/node'), args: [], version: /^v22\.18\./ },
  'Node 24': { command: installed('node-24/bin/node'), args: [], version: /^v24\./ },
  'Node 26': { command: installed('node-26/bin/node'), args: [], version: /^v26\./ },
  Bun: { command: installed('.bin/bun'), args: ['run'], version: /^1\./ },
  Deno: {
    command: installed('.bin/deno'),
    args: ['run', '--allow-all', '--node-modules-dir=manual'],
    version: /deno 2\./,
    noticesDisconnect: false,
  },
};

interface Running {
  readonly child: Child;
  readonly url: URL;
}

let redis: RedisServer;
let beside: Running;

beforeAll(async () => {
  redis = await startRedis();
  beside = await start(process.execPath, []);
});
afterAll(async () => {
  await beside.child.stop();
  await redis.stop();
});

async function start(command: string, args: readonly string[]): Promise<Running> {
  const child = startChild(command, [...args, pod], { env: { ...process.env, REDIS_URL: redis.url } });
  const port = () => /^port (\d+)$/m.exec(child.logs())?.[1];
  await waitUntilReady(child, async () => port() !== undefined, { name: command });
  return { child, url: new URL(`http://127.0.0.1:${port()}/mcp`) };
}

/** Answers the question of a call at another pod, and returns the call's response. */
async function answerAt(other: URL, session: WireSession, response: Response): Promise<Message | undefined> {
  let last: Message | undefined;
  for await (const { data } of readEvents(response)) {
    if (data === '') continue;
    last = parse({ data });
    const answer = { jsonrpc: '2.0', id: last.id, result: { action: 'accept', content: { name: 'Ada' } } };
    if (last.method === 'elicitation/create') await session.send(other, answer);
  }
  return last;
}

describe.each(Object.entries(RUNTIMES))('%s', (_name, runtime) => {
  const { command, args, version, noticesDisconnect = true } = runtime;
  let running: Running;
  beforeAll(async () => {
    expect(execFileSync(command, ['--version'], { encoding: 'utf8' })).toMatch(version);
    running = await start(command, args);
  });
  afterAll(() => running?.child.stop());

  it('serves the official client in both eras [runtime.fetch]', async () => {
    for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
      const client = new ClientV2(
        { name: 'test', version: '1' },
        { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
      );
      client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { name: 'Ada' } }));
      await client.connect(new TransportV2(running.url));
      const { content } = await client.callTool({ name: 'round', arguments: {} });
      expect((content as { text: string }[])[0]?.text).toBe('hello again');
      await client.close();
    }
  });

  it('shares sessions, questions, resumes and tasks with another pod [runtime.fetch]', async () => {
    const pairs = [
      [running.url, beside.url],
      [beside.url, running.url],
    ] as const;
    for (const [one, other] of pairs) {
      const session = await openSession(one);
      expect(textOf((await messagesOf(await session.call(other, 1, 'read'))).at(-1))).toBe('read done');

      const { call } = session;
      expect(textOf(await answerAt(other, session, await call(one, 2, 'ask')))).toBe('hello Ada');

      const events = readEvents(await session.call(one, 3, 'read', { ms: 1500 }));
      const first = await events.next();
      await events.return();
      const resumed = await session.listen(other, first.done ? undefined : first.value.id);
      expect(textOf((await messagesOf(resumed)).at(-1))).toBe('read done');

      const task = await beginTask(one, 'survey', { ms: 1 });
      expect((await taskWhen([other], task.taskId, isOver)).status).toBe('completed');
    }
  });

  it('notices during a call of 2026-07-28 that its client disconnects, except Deno [runtime.disconnect]', async () => {
    const gone = new AbortController();
    const params = { name: 'read', arguments: { ms: 3000 } };
    const call = postModern(running.url, 'tools/call', params, {}, gone.signal).catch(() => undefined);
    const lines = () => [...running.child.logs().matchAll(/^ran read (.*)$/gm)].map(([, what]) => what);
    const before = lines().length;
    await eventually(() => expect(lines()).toHaveLength(before + 1));
    gone.abort();
    await call;
    await eventually(() => expect(lines().length).toBeGreaterThan(before + 1));
    expect(lines()[before + 1]).toBe(noticesDisconnect ? 'aborted' : 'ended');
  });

  it('leaves on SIGTERM; another pod finishes its call [runtime.drain]', async () => {
    const session = await openSession(running.url);
    const standing = await session.listen(running.url);
    running.child.signal('SIGTERM');
    for await (const { retry } of readEvents(standing)) if (retry !== undefined) break;
    expect(await running.child.exited).toEqual({ code: 0, signal: null });
    expect(textOf((await messagesOf(await session.call(beside.url, 1, 'read'))).at(-1))).toBe('read done');
  });
});

it('has no test of a runtime that is not installed [runtime.fetch]', () => {
  expect(readdirSync(installed('')).filter((name) => name.startsWith('node-')).length).toBeGreaterThanOrEqual(3);
});
