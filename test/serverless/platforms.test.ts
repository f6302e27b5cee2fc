/** The examples of examples/serverless on the local runtimes of their platforms, beside a pod. */
import { existsSync } from 'node:fs';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Redis } from 'ioredis';
import { parse as parseToml } from 'smol-toml';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { readEvents } from '../cluster/sse.ts';
import { beginTask, isOver, taskWhen } from '../cluster/task-wire.ts';
import { messagesOf, openSession, post, textOf, type WireSession } from '../cluster/wire.ts';
import { startChild } from '../lib/child.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { type Platform, readExample, readFunction, SECRET, startLambda, startWorkers } from './platforms.ts';

const EXAMPLE = 'examples/serverless/server.ts';

let redis: RedisServer;
let pod: Pod;
const coldStarts: string[] = [];
const stopping: (() => unknown)[] = [];

beforeAll(async () => {
  redis = await startRedis();
  pod = await startExamplePod();
});
afterAll(async () => {
  await pod.stop();
  await redis.stop();
  console.log(`cold starts, to the first answer:\n${coldStarts.join('\n')}`);
});
afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
});

function startExamplePod(env: Record<string, string> = {}): Promise<Pod> {
  return startPod({ module: EXAMPLE, redisUrl: redis.url, secret: SECRET, env: { ANYPOD_LEASE: '1000', ...env } });
}

async function running<P extends Platform>(starting: Promise<P>): Promise<P> {
  const platform = await starting;
  stopping.push(() => platform.stop());
  return platform;
}

/** How long an instance takes from nothing to the answer of its first request. */
async function measureCold(name: string, url: URL): Promise<void> {
  const took = async () => {
    const began = performance.now();
    await openSession(url);
    return Math.round(performance.now() - began);
  };
  const [cold, warm] = [await took(), await took()];
  coldStarts.push(`  ${name}: ${cold} ms, then ${warm} ms`);
}

const elicitation = { form: {} };
const accepted = async () => ({ action: 'accept' as const, content: { nights: 3 } });

/** What the official client of SDK v2 gets, which answers questions. */
async function bookV2(url: URL, mode: 'legacy' | { pin: string }): Promise<unknown> {
  const client = new ClientV2(
    { name: 'test', version: '1' },
    { capabilities: { elicitation }, versionNegotiation: { mode } },
  );
  client.setRequestHandler('elicitation/create', accepted);
  await client.connect(new TransportV2(url));
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('greet');
  const { content } = await client.callTool({ name: 'book_room', arguments: { city: 'Rome' } });
  await client.close();
  return (content as { text: string }[])[0]?.text;
}

async function greetV1(url: URL): Promise<unknown> {
  const client = new ClientV1({ name: 'test', version: '1' });
  await client.connect(new TransportV1(url) as never);
  const { content } = await client.callTool({ name: 'greet', arguments: { city: 'Rome' } });
  await client.close();
  return (content as { text: string }[])[0]?.text;
}

/** One session, at both addresses in turn. */
async function shareSession(url: URL): Promise<void> {
  const other = new URL(pod.url);
  const session = await openSession(url);
  for (const [id, at] of [other, url, other].entries()) {
    const messages = await messagesOf(await session.call(at, id + 1, 'greet', { city: 'Rome' }));
    expect(textOf(messages.at(-1))).toBe('Hello, Rome');
  }
  expect((await session.end(url)).status).toBe(200);
  expect((await session.call(other, 9, 'greet', { city: 'Rome' })).status).toBe(404);
}

/** Calls at `url`, reads the first event there, and the rest at a pod. */
async function resumeOnPod(url: URL, session: WireSession, seconds: number, meanwhile = async () => {}) {
  const response = await session.call(url, 1, 'compare_hotels', { city: 'Rome', seconds }, 'token');
  let last: string | undefined;
  for await (const { id } of readEvents(response)) {
    last = id ?? last;
    if (last !== undefined) break;
  }
  await meanwhile();
  const messages = await messagesOf(await session.listen(new URL(pod.url), last));
  return messages.at(-1);
}

describe('Cloudflare Workers, in wrangler dev', () => {
  it('serves both eras, questions, resumes, standing streams and tasks beside a pod [serverless.workers]', async () => {
    const { url } = await running(startWorkers(redis.url));
    await measureCold('Cloudflare Workers (wrangler dev)', url);
    await shareSession(url);
    expect(await greetV1(url)).toBe('Hello, Rome');
    expect(await bookV2(url, 'legacy')).toBe('Booked 3 nights in Rome');
    expect(await bookV2(url, { pin: '2026-07-28' })).toBe('Booked 3 nights in Rome');
    expect(textOf(await resumeOnPod(url, await openSession(url), 3))).toBe('The best hotel in Rome is the Central');

    const session = await openSession(new URL(pod.url));
    const standing = await session.listen(url);
    expect(standing.status).toBe(200);
    await standing.body?.cancel();

    // The objects' pods leave when nothing has used them for a while.
    const client = new Redis(redis.url);
    stopping.push(() => client.disconnect());
    await eventually(async () => expect(await client.zcard('anypod:v1:pods')).toBe(1));
  });

  it('loses no session and no safe call with an object that is evicted in the middle of it [serverless.workers]', async () => {
    const { url } = await running(startWorkers(redis.url, 'evictable-worker.ts'));
    const session = await openSession(url);
    const evict = async () => {
      const headers = { ...session.headers, 'x-evict': 'now' };
      const { status } = await post(url, { jsonrpc: '2.0', id: 99, method: 'ping' }, headers);
      expect(status).toBeGreaterThanOrEqual(500);
    };
    const greet = async () => {
      const messages = await messagesOf(await session.call(url, 2, 'greet', { city: 'Rome' }));
      expect(textOf(messages.at(-1))).toBe('Hello, Rome');
    };
    const last = await resumeOnPod(url, session, 5, evict);
    expect(textOf(last)).toBe('The best hotel in Rome is the Central');
    await greet();
    await evict();
    await greet();
  });

  it('runs tasks by the alarm of an object, without any pod [serverless.workers] [serverless.worker]', async () => {
    const own = await startRedis();
    stopping.push(() => own.stop());
    const { url } = await running(startWorkers(own.url));
    const task = await beginTask(url, 'plan_journey', { city: 'Rome', seconds: 1 });
    const ended = await taskWhen([url], task.taskId, isOver);
    expect(ended.result?.content[0]?.text).toBe('The journey to Rome has 3 stops');
  });
});

describe('AWS Lambda, in its runtime interface emulator', () => {
  it('streams at a function URL; a call that outlives the function goes on at a pod [serverless.lambda]', async () => {
    const { url } = await running(startLambda('Streamed', redis.url, 6));
    await measureCold('AWS Lambda (runtime interface emulator)', url);
    await shareSession(url);
    expect(await greetV1(url)).toBe('Hello, Rome');
    expect(await bookV2(url, { pin: '2026-07-28' })).toBe('Booked 3 nights in Rome');
    expect(textOf(await resumeOnPod(url, await openSession(url), 8))).toBe('The best hotel in Rome is the Central');
  });

  it('answers behind API Gateway, and refuses what that cannot do [serverless.lambda] [serverless.buffered]', async () => {
    const { url } = await running(startLambda('Buffered', redis.url));
    await shareSession(url);
    expect(await greetV1(url)).toBe('Hello, Rome');
    expect(await bookV2(url, { pin: '2026-07-28' })).toBe('Booked 3 nights in Rome');
    expect(await bookV2(url, 'legacy')).toBe('Booked 3 nights in Rome');
    expect((await (await openSession(url)).listen(url)).status).toBe(405);
  });

  it('runs tasks in a function that a schedule invokes, without any pod [serverless.worker]', async () => {
    const own = await startRedis();
    stopping.push(() => own.stop());
    const { url } = await running(startLambda('Buffered', own.url));
    const worker = await running(startLambda('Worker', own.url, 30));
    const task = await beginTask(url, 'plan_journey', { city: 'Rome', seconds: 1 });
    expect(await worker.invoke({ source: 'aws.events' })).toBe('null');
    const ended = await taskWhen([url], task.taskId, isOver);
    expect(ended.result?.content[0]?.text).toBe('The journey to Rome has 3 stops');
  });
});

describe('Vercel, by the signature of its functions', () => {
  it('serves both eras beside a pod [serverless.vercel]', async () => {
    const began = performance.now();
    const env = { ...process.env, REDIS_URL: redis.url, ANYPOD_SECRET: SECRET };
    const child = startChild(process.execPath, ['test/serverless/vercel-process.ts'], { env });
    stopping.push(() => child.stop());
    await waitUntilReady(child, async () => /port \d+/.test(child.logs()), { name: 'the instance' });
    coldStarts.push(
      `  Vercel (node from nothing, with the build of TypeScript): ${Math.round(performance.now() - began)} ms to listen`,
    );
    const url = new URL(`http://127.0.0.1:${/port (\d+)/.exec(child.logs())?.[1]}/mcp`);
    await measureCold('Vercel (the first request)', url);
    await shareSession(url);
    expect(await greetV1(url)).toBe('Hello, Rome');
    expect(await bookV2(url, 'legacy')).toBe('Booked 3 nights in Rome');
    expect(await bookV2(url, { pin: '2026-07-28' })).toBe('Booked 3 nights in Rome');
    expect(textOf(await resumeOnPod(url, await openSession(url), 3))).toBe('The best hotel in Rome is the Central');
  });

  it('has a vercel.json that fits the functions [serverless.vercel]', () => {
    const { functions, rewrites, crons } = JSON.parse(readExample('vercel/vercel.json'));
    const source = readExample('vercel/mcp-function.ts').replaceAll('_', '');
    expect(source).toContain(`maxDurationMs: ${functions['api/*.ts'].maxDuration * 1000},`);
    for (const path of [rewrites[0].destination, crons[0].path]) {
      expect(existsSync(`examples/serverless/vercel${path}.ts`), path).toBe(true);
    }
  });
});

describe('Fly.io, whose machines are ordinary pods', () => {
  const fly = parseToml(readExample('fly/fly.toml')) as unknown as {
    env: Record<string, string>;
    kill_signal: NodeJS.Signals;
    kill_timeout: number;
    http_service: { internal_port: number };
  };

  it('goes on after its only machine has stopped and another has started [serverless.fly]', async () => {
    const { HOST: _host, PORT: _port, ...env } = fly.env;
    const machine = await startExamplePod(env);
    const session = await openSession(new URL(machine.url));
    const response = await session.call(new URL(machine.url), 1, 'greet', { city: 'Rome' });
    await response.text();
    machine.process.signal(fly.kill_signal);
    expect(await machine.process.exited).toEqual({ code: 0, signal: null });
    const next = await startExamplePod(env);
    stopping.push(() => next.stop());
    const messages = await messagesOf(await session.call(new URL(next.url), 2, 'greet', { city: 'Rome' }));
    expect(textOf(messages.at(-1))).toBe('Hello, Rome');
  });

  it('has a fly.toml that gives a machine time to drain [serverless.fly]', () => {
    const { PORT, ANYPOD_DRAIN_DELAY, ANYPOD_DRAIN_TIMEOUT } = fly.env;
    expect(fly.http_service.internal_port).toBe(Number(PORT));
    expect(fly.kill_timeout * 1000).toBeGreaterThan(Number(ANYPOD_DRAIN_DELAY) + Number(ANYPOD_DRAIN_TIMEOUT));
  });
});

describe('the template for AWS', () => {
  it('gives API Gateway a function that ends before it does, and workers the longest time [serverless.lambda]', () => {
    expect(readFunction('Buffered').Properties.Timeout).toBe(30);
    expect(readFunction('Worker').Properties.Timeout).toBe(900);
  });
});
