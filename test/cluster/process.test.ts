import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { startPod } from '../lib/pods.ts';
import { FIXTURE } from './deployment.ts';
import { logLines } from './log-lines.ts';
import { eventually } from './settle.ts';

const PRINTING = fileURLToPath(new URL('fixture-printing.ts', import.meta.url));
const BUILTINS = fileURLToPath(new URL('fixture-builtins.ts', import.meta.url));
const SECRET = 'a-secret-that-only-tests-may-use-0123456789';
/** Nobody listens there. */
const NO_REDIS = 'redis://127.0.0.1:1';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A pod whose standard error the test may close or not read. */
function start(module: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [ANYPOD, 'serve', module, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ANYPOD_SECRET: SECRET, ANYPOD_DRAIN_DELAY: '0', ...env },
  });
  cleanUp.push(() => child.kill('SIGKILL'));
  return child;
}

const isReady = async (port: number) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;

test('a pod starts without the fetch of Node, which takes 30 ms and 12 MB', async () => {
  const pod = await startPod({ module: BUILTINS });
  cleanUp.push(() => pod.stop());
  expect(pod.logs()).toContain('loaded: ');
  expect(pod.logs()).not.toContain('internal/deps/undici/undici');
});

describe('a pod that is told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s before its start is over exits with 0 and prints no stack [pod.process.exit]',
    async (signal) => {
      const child = startChild(process.execPath, [ANYPOD, 'serve', FIXTURE, '--port', '0', '--redis', NO_REDIS], {
        env: { ...process.env, ANYPOD_SECRET: SECRET },
      });
      cleanUp.push(() => child.stop(0));
      await eventually(() => expect(logLines(child, 'waiting for the store')).not.toEqual([]));
      child.signal(signal);
      expect(await child.exited).toEqual({ code: 0, signal: null });
      expect(child.logs()).not.toMatch(/ at |AbortError/);
    },
  );

  test('while Redis is away and nobody is left to read its log exits with 0 [pod.process.exit]', async () => {
    const child = start(FIXTURE, ['--port', '0', '--redis', NO_REDIS]);
    const exited = once(child, 'exit');
    await once(child.stderr as NodeJS.ReadableStream, 'data');
    child.stderr?.destroy();
    child.stdout?.destroy();
    // More lines come meanwhile, and find no reader.
    await delay(1500);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  test('while the reader of its log has stopped serves until then, and exits with 0 [pod.process.exit]', async () => {
    const port = await freePort();
    // Nobody reads these pipes.
    const child = start(PRINTING, ['--port', `${port}`], { FLOOD: '3000' });
    const exited = once(child, 'exit');
    await eventually(async () => expect(await isReady(port)).toBe(true));
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});

describe('a pod whose parent has ended', () => {
  test('drains and ends if npm started it, and stays otherwise [pod.process.parent]', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const serve = (at: number) => `"${process.execPath}" "${ANYPOD}" serve "${FIXTURE}" --port ${at}`;
    // As npm: a shell that does not pass signals on.
    const script = `npm_lifecycle_event=npx ${serve(port)} & one=$!; ${serve(other)} --exit-with-parent npm & echo $one $!; wait`;
    const { npm_lifecycle_event: _npm, ...env } = process.env;
    const parent = spawn('sh', ['-c', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...env, ANYPOD_DRAIN_DELAY: '0' },
    });
    const [printed] = (await once(parent.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const kill = (pid: string) => startChild('kill', ['-9', pid]).exited;
    cleanUp.push(() => Promise.all(`${printed}`.trim().split(' ').map(kill)));
    await eventually(async () => expect([await isReady(port), await isReady(other)]).toEqual([true, true]));
    parent.kill('SIGTERM');
    await eventually(() => expect(isReady(port)).rejects.toThrow());
    expect(await isReady(other)).toBe(true);
  });
});

describe('the log', () => {
  test('is one JSON record a line where no terminal reads it, whoever prints [pod.process.log]', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'anypod-process-'));
    cleanUp.push(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, 'secret'), `${SECRET}\n`);
    const env = {
      ANYPOD_SECRET_FILE: join(directory, 'secret'),
      ANYPOD_SESION_TTL: '1000',
      ANYPOD_SERVICE_HOST: '10.0.0.1',
    };
    const pod = await startPod({ module: PRINTING, env });
    cleanUp.push(() => pod.kill9());
    await eventually(() => expect(logLines(pod, 'the pod serves')).toHaveLength(1));
    const records = pod
      .logs()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          level: 'warn',
          severity: 'WARNING',
          msg: expect.stringMatching(/^ANYPOD_SESION_TTL .*did you mean ANYPOD_SESSION_TTL\?$/),
        }),
        expect.objectContaining({ level: 'info', severity: 'INFO', msg: 'plain text', from: 'console.log' }),
        expect.objectContaining({
          level: 'error',
          severity: 'ERROR',
          msg: expect.stringMatching(/two\nlines\n.* at /s),
        }),
        { mine: true },
        expect.objectContaining({ level: 'warn', warning: 'DeprecationWarning', code: 'DEP0', msg: 'this is old' }),
        expect.objectContaining({ msg: 'the pod serves', url: pod.url, sessions: 'memory' }),
      ]),
    );
    expect(pod.logs()).not.toContain('ANYPOD_SERVICE_HOST');
    for (const { time } of records.filter((record) => !('mine' in record)))
      expect(new Date(`${time}`).toISOString()).toBe(time);
  });

  test('has a record for each wrong setting, and is text where that is asked for', async () => {
    const wrong = { ANYPOD_LEASE: '1', PORT: 'x' };
    const json = startChild(process.execPath, [ANYPOD, 'serve', FIXTURE], { env: { ...process.env, ...wrong } });
    const text = startChild(process.execPath, [ANYPOD, 'serve', FIXTURE], {
      env: { ...process.env, ...wrong, ANYPOD_LOG_FORMAT: 'pretty' },
    });
    expect(await json.exited).toEqual({ code: 2, signal: null });
    expect(
      json
        .logs()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { level: 'fatal', severity: 'CRITICAL', msg: expect.stringMatching(/^cannot start: PORT: /) },
      { level: 'fatal', severity: 'CRITICAL', msg: expect.stringMatching(/^cannot start: ANYPOD_LEASE: /) },
    ]);
    expect(await text.exited).toEqual({ code: 2, signal: null });
    expect(text.logs()).toMatch(/^Cannot start:\n {2}- PORT: .*\n {2}- ANYPOD_LEASE: .*\n$/);
  });

  test('is for people where that is asked for', async () => {
    const pod = await startPod({ module: PRINTING, env: { ANYPOD_LOG_FORMAT: 'pretty', ANYPOD_SESION_TTL: '1' } });
    cleanUp.push(() => pod.kill9());
    await eventually(() => expect(pod.logs()).toContain(`MCP endpoint   ${pod.url}`));
    expect(pod.logs()).toMatch(/^\[\d\d:\d\d:\d\d\.\d+\] WARN.*: ANYPOD_SESION_TTL/m);
    expect(pod.logs()).toMatch(/^plain text$/m);
  });
});

test('a request with a token larger than the headers may be gets 431, is logged, and is served where a setting allows it [pod.process.headers]', async () => {
  const [pod, other] = await Promise.all([
    startPod({ module: FIXTURE, env: { ANYPOD_ERRORS_URL: 'https://docs.example.com/errors' } }),
    startPod({ module: FIXTURE, env: { ANYPOD_MAX_HEADERS: '65536' } }),
  ]);
  cleanUp.push(() => Promise.all([pod.kill9(), other.kill9()]));
  const ask = (url: string) =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${'x'.repeat(30_000)}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      }),
    });
  const refused = await ask(pod.url);
  expect(refused.status).toBe(431);
  expect(await refused.json()).toMatchObject({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: -32000,
      message: expect.stringContaining('smaller token'),
      data: { reason: 'headers_too_large', help: 'https://docs.example.com/errors#headers_too_large' },
    },
  });
  await eventually(() =>
    expect(logLines(pod, 'a request could not be read')).toMatchObject([
      { status: 431, level: 'warn', reason: expect.stringContaining('ANYPOD_MAX_HEADERS') },
    ]),
  );
  expect((await ask(other.url)).status).toBe(200);
});
