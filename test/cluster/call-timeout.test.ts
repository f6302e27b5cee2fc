import { describe, expect, test } from 'vitest';
import { shortHash } from '../lib/short-hash.ts';
import { useHostilePods } from './hostile-deployment.ts';
import { logLines } from './log-lines.ts';
import { modern } from './metrics-traffic.ts';
import { eventually, settled } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { messagesOf, openSession, textOf } from './wire.ts';

const PAGE = 'https://docs.example.com/errors';
const TIMED_OUT = {
  error: {
    code: -32_603,
    message: 'The call did not end within 700 ms and was stopped. Call again if the call is safe to repeat.',
    data: { reason: 'timeout', help: `${PAGE}#timeout` },
  },
};
// Whether an answer is plain is what the tool says here, never how long it takes.
const ENV = { ANYPOD_CALL_TIMEOUT: '700', ANYPOD_UPGRADE_AFTER: '60000', ANYPOD_ERRORS_URL: PAGE };

describe.each([
  { module: 'v2', store: 'redis' },
  { module: 'v1', store: 'memory' },
  { module: 'v2-reused', store: 'memory' },
] as const)('a call of $module over $store that takes longer than it may', ({ module, store }) => {
  const pods = useHostilePods({ module, store, env: ENV });
  const aborted = () => pods.logs().split('hostile: never was aborted').length - 1;
  const last = async (asked: Promise<Response>) => (await settled(asked.then(messagesOf), 'the call')).at(-1);

  test('gets an error, its handler is aborted, and its session goes on [host.faults.timeout] [errors.help]', async () => {
    const session = await openSession(pods.there);
    for (const say of [false, true]) {
      const before = aborted();
      const asked = session.call(pods.here, `${say}`, 'never', { say });
      expect(await last(asked)).toMatchObject({ id: `${say}`, ...TIMED_OUT });
      await eventually(() => expect(aborted()).toBe(before + 1));
    }
    expect(textOf(await last(session.call(pods.here, 'after', 'echo', { text: 'on' })))).toBe('on');
    const line = { level: 'warn', method: 'tools/call', tool: 'never', session: shortHash(session.id), ms: 700 };
    expect(logLines(pods, 'a call took longer than it may')).toMatchObject([line, line]);
    expect((await pods.counted('anypod_requests_total'))['method=tools/call,era=legacy,outcome=rpc_error']).toBe(2);
  });

  test('tells a client that has come back to another pod [host.faults.timeout]', async () => {
    const session = await openSession(pods.there);
    const stream = readStream(await session.call(pods.here, 'cut', 'never', { say: true }));
    await stream.until(({ method }) => method === 'notifications/message');
    await stream.cut();
    const resumed = readStream(await session.listen(pods.there, lastEventId(stream.events)));
    expect((await settled(resumed.rest(), 'the resumed call')).at(-1)).toMatchObject({ id: 'cut', ...TIMED_OUT });
  });

  test('ends also while it waits for its client, whose late answer changes nothing [host.faults.timeout]', async () => {
    const session = await openSession(pods.there);
    const stream = readStream(await session.call(pods.here, 'asks', 'ask'));
    const question = await stream.until(({ method }) => method === 'elicitation/create');
    expect((await settled(stream.rest(), 'the call')).at(-1)).toMatchObject({ id: 'asks', ...TIMED_OUT });
    const answer = { jsonrpc: '2.0', id: question.id, result: { action: 'decline' } };
    expect((await session.send(pods.there, answer)).status).toBe(202);
    expect(textOf(await last(session.call(pods.here, 'after', 'echo', { text: 'on' })))).toBe('on');
  });

  test('gets an error in 2026-07-28 too, and no later call its server [host.faults.timeout]', async () => {
    for (const say of [false, true]) {
      const before = aborted();
      const params = { name: 'never', arguments: { say }, _meta: { 'io.modelcontextprotocol/logLevel': 'debug' } };
      expect(await last(modern(pods.here, 'tools/call', params))).toMatchObject(TIMED_OUT);
      await eventually(() => expect(aborted()).toBe(before + 1));
      const line = { level: 'warn', method: 'tools/call', tool: 'never', ms: 700 };
      const told = logLines(pods, 'a call took longer than it may').at(-1);
      expect(told).toMatchObject(line);
      expect(told).not.toHaveProperty('session');
      const echo = modern(pods.here, 'tools/call', { name: 'echo', arguments: { text: 'on' } });
      expect(textOf(await last(echo))).toBe('on');
    }
  });
});
