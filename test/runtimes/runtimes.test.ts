/** A pod on each runtime that docs/serverless.md names, beside a pod on this one: what one begins, the other continues. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { readEvents } from '../cluster/sse.ts';
import { INITIALIZE, open, post } from '../cluster/sse-clients.ts';
import { beginTask, isOver, taskWhen } from '../cluster/task-wire.ts';
import { type Message, messagesOf, openSession, parse, textOf, type WireSession } from '../cluster/wire.ts';
import { ANYPOD } from '../lib/anypod.ts';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { startPod, TEST_SECRET } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const pod = join(here, 'pod.ts');
const FIXTURE = fileURLToPath(new URL('../cluster/fixture.ts', import.meta.url));
const installed = (path: string) => join(here, 'node_modules', path);

interface Runtime {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: RegExp;
  /** What is in front of the pod. Default: `node:http`. */
  readonly front?: 'fetch';
  /** Default true. */
  readonly noticesDisconnect?: boolean;
  /** Default true. */
  readonly runsCommands?: boolean;
}

const node = (major: number, version: RegExp): Runtime => {
  return { command: installed(`node-${major}/bin/node`), args: [], version };
};
// The programs themselves. Those in .bin are scripts that need an installation step, or pass no signal on.
const BUN: Runtime = { command: installed('@oven/bun-linux-x64/bin/bun'), args: ['run'], version: /^1\./ };
const DENO: Runtime = {
  command: installed('@deno/linux-x64-glibc/deno'),
  args: ['run', '--allow-all', '--node-modules-dir=manual'],
  version: /deno 2\./,
};

/** The runtimes, and what is in front of the pod. */
const RUNTIMES: Readonly<Record<string, Runtime>> = {
  'Node 22.18': node(22, /^v22\.18\./),
  'Node 24': node(24, /^v24\./),
  'Node 26': node(26, /^v26\./),
  'Bun, node:http': { ...BUN, runsCommands: false },
  'Bun, fetch': { ...BUN, front: 'fetch', runsCommands: false },
  'Deno, node:http': DENO,
  'Deno, fetch': { ...DENO, front: 'fetch', noticesDisconnect: false, runsCommands: false },
};

interface Running {
  readonly child: Child;
  readonly url: URL;
}

let redis: RedisServer;
let beside: Running;

beforeAll(async () => {
  redis = await startRedis();
  beside = await start({ command: process.execPath, args: [] });
});
afterAll(async () => {
  await beside.child.stop();
  await redis.stop();
});

async function start({ command, args, front }: Pick<Runtime, 'command' | 'args' | 'front'>): Promise<Running> {
  const env = { ...process.env, REDIS_URL: redis.url, FRONT: front ?? 'node:http' };
  const child = startChild(command, [...args, pod], { env });
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
  const { command, args, version, noticesDisconnect = true, runsCommands = true } = runtime;
  let running: Running;
  beforeAll(async () => {
    expect(execFileSync(command, ['--version'], { encoding: 'utf8' })).toMatch(version);
    running = await start(runtime);
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

  it('notices during a call of 2026-07-28 that its client disconnects, except fetch of Deno [runtime.disconnect]', async () => {
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

  it.runIf(runsCommands)(
    'serves by the command and its router, beside a pod of this Node [runtime.commands]',
    async () => {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const other = await startPod({ module: FIXTURE, redisUrl: redis.url, args: ['--legacy-sse'] });
      const serve = ['serve', FIXTURE, '--port', `${port}`, '--redis', redis.url, '--legacy-sse'];
      const env = { ...process.env, ANYPOD_SECRET: TEST_SECRET, ANYPOD_DRAIN_DELAY: '0' };
      const child = startChild(command, [...args, ANYPOD, ...serve], { env });
      try {
        await waitUntilReady(child, async () => (await fetch(`${origin}/readyz`)).status === 200, { name: command });
        const session = await openSession(new URL('/mcp', origin));
        for (const at of [origin, other.origin, origin]) {
          const call = await session.call(new URL('/mcp', at), 1, 'echo', { text: 'shared' });
          expect(textOf((await messagesOf(call)).at(-1))).toBe('shared');
        }
        const stream = await open(new URL(origin));
        const messages = new URL(`${stream.address.pathname}${stream.address.search}`, other.origin);
        expect((await post(messages, INITIALIZE)).status).toBe(202);
        await stream.until?.('"id":0');
        stream.close();
        for (const where of [`${origin}/mcp`, FIXTURE]) {
          const call = startChild(command, [
            ...args,
            ANYPOD,
            'call',
            where,
            'echo',
            '--arguments',
            '{"text":"called"}',
          ]);
          expect(await call.exited, call.logs()).toEqual({ code: 0, signal: null });
          expect(call.logs()).toMatch(/^called$/m);
        }
        child.signal('SIGTERM');
        expect(await child.exited).toEqual({ code: 0, signal: null });
        const call = await session.call(new URL(other.url), 2, 'echo', { text: 'after' });
        expect(textOf((await messagesOf(call)).at(-1))).toBe('after');
      } finally {
        await Promise.all([child.stop(), other.stop()]);
      }
    },
  );
});
