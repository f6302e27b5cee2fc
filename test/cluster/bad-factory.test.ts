import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { type Child, startChild } from '../lib/child.ts';
import { startPod } from '../lib/pods.ts';
import { logLines } from './log-lines.ts';
import { modern } from './metrics-traffic.ts';
import { eventually } from './settle.ts';
import { messagesOf, openSession } from './wire.ts';

const module = fileURLToPath(new URL('fixture-bad-factory.ts', import.meta.url));

function serve(factory: string, args: readonly string[] = []): Child {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, FIXTURE_FACTORY: factory, ANYPOD_FACTORY_TIMEOUT: '500' };
  return startChild(process.execPath, [ANYPOD, 'serve', module, '--port', '0', ...args], { env });
}

describe('a factory that fails at the start', () => {
  test.each([
    ['shared', /returned before\. Each call must make a new server/],
    ['hangs', /took longer than 500 ms\. Raise ANYPOD_FACTORY_TIMEOUT/],
    ['throws-unreadable', /failed: an error that cannot be read/],
  ])('(%s) is refused with exit code 2 and one sentence [host.factory.start]', async (factory, sentence) => {
    const child = serve(factory);
    expect(await child.exited).toEqual({ code: 2, signal: null });
    expect(child.logs()).toMatch(sentence);
    const lines = logLines(child, '');
    expect(lines).toMatchObject([{ level: 'fatal', msg: expect.stringMatching(/^cannot start: <module>: /) }]);
  });
});

describe('a server that does not list its tools at the start', () => {
  test('is served, with a warning [host.factory.no-list]', async () => {
    const env = { FIXTURE_FACTORY: 'proxy', ANYPOD_FACTORY_TIMEOUT: '2000' };
    const pod = await startPod({ module, env });
    const url = new URL(pod.url);
    const told = () => logLines(pod, 'the server did not list its tools in time');
    await eventually(() => expect(told()).toMatchObject([{ level: 'warn' }]));
    await eventually(() => expect(logLines(pod, 'the pod serves')).toMatchObject([{ tools: 'not known yet' }]));
    const session = await openSession(url);
    expect((await session.send(url, { jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(200);
    expect((await messagesOf(await modern(url, 'server/discover', {})))[0]?.result).toBeDefined();
    expect(await pod.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('a pod that is told to go before it serves', () => {
  test.each([
    ['while its module is imported', 'import-hangs', [], 'importing'],
    [
      'while it waits for the store',
      'proxy',
      ['--redis', 'redis://127.0.0.1:1', '--secret', 'x'.repeat(32)],
      'waiting for the store',
    ],
  ])('%s goes at once, with exit code 0 [pod.start.stops]', async (_when, factory, args, seen) => {
    const child = serve(factory, args);
    await eventually(() => expect(child.logs()).toContain(seen));
    child.signal('SIGTERM');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.logs()).not.toMatch(/^ +at /m);
  });
});
