import { describe, expect, test } from 'vitest';
import { choosing, rpcMethod } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually, settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { messagesOf, openSession, textOf, type WireSession } from './wire.ts';

const deployment = useDeployment();

function cancel(session: WireSession, pod: URL, requestId: string | number): Promise<Response> {
  const params = { requestId, reason: 'the test says so' };
  return session.send(pod, { jsonrpc: '2.0', method: 'notifications/cancelled', params });
}

function started(key: string): Promise<void> {
  return eventually(() => expect(deployment.journal(key, 'started')).toHaveLength(1));
}

function aborted(key: string): Promise<void> {
  return eventually(() => expect(deployment.journal(key, 'aborted')).toHaveLength(1));
}

describe('notifications/cancelled on another pod', () => {
  test.each([0, 1, 'name'])('stops request %s before it became a stream [legacy.cancel.any-pod]', async (id) => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const key = `quick-${id}`;
    const call = session.call(b, id, 'wait_cancel', { key });
    await started(key);
    expect((await cancel(session, c, id)).status).toBe(202);
    await aborted(key);
    expect(await settled(call.then(messagesOf), 'the answer')).toEqual([]);
  });

  test('stops a request that became a stream, and ends the stream [legacy.cancel.ends-stream]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const stream = readStream(await session.call(b, 5, 'wait_cancel', { key: 'stream' }));
    expect((await stream.next())?.id).toBeDefined();
    expect((await cancel(session, c, 5)).status).toBe(202);
    await aborted('stream');
    expect(await settled(stream.rest(), 'the stream')).toEqual([]);
  });

  test('also a stream that is followed on a third pod [legacy.cancel.ends-stream]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const first = readStream(await session.call(a, 6, 'wait_cancel', { key: 'followed' }));
    const priming = await first.next();
    await first.cut();
    const followed = readStream(await session.listen(b, priming?.id ?? ''));
    const rest = followed.rest();
    await cancel(session, c, 6);
    await aborted('followed');
    expect(await settled(rest, 'the followed stream')).toEqual([]);
    const late = readStream(await session.listen(c, priming?.id ?? ''));
    expect(await settled(late.rest(), 'a resume after the cancellation')).toEqual([]);
  });

  test('leaves the other requests of the session alone [legacy.cancel.any-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const other = session.call(b, 8, 'slow', { steps: 5, ms: 100 }, 'token').then(messagesOf);
    const call = session.call(b, 7, 'wait_cancel', { key: 'one' });
    await started('one');
    await cancel(session, c, 7);
    await settled(call.then(messagesOf), 'the cancelled call');
    expect(textOf((await other).at(-1))).toBe('5 steps');
  });

  test('of another session changes nothing [legacy.session.anonymous]', async () => {
    const [a, b, c] = deployment.pods;
    const [owner, stranger] = await Promise.all([openSession(a), openSession(a)]);
    const call = owner.call(b, 9, 'slow', { steps: 6, ms: 100 }, 'token').then(messagesOf);
    expect((await cancel(stranger, c, 9)).status).toBe(202);
    expect(textOf((await call).at(-1))).toBe('6 steps');
  });
});

describe('a client that uses one id for all', () => {
  test.each([0, 1, 2])(
    'goes on under it after a cancellation, of a call that runs and of one that ended; on pod %d [legacy.cancel.leaves-nothing]',
    async (index) => {
      const [a, b] = deployment.pods;
      const next = deployment.pods[index] as URL;
      const session = await openSession(a);
      const key = `one-id-${index}`;
      const held = session.call(a, 1, 'wait_cancel', { key }).then(messagesOf);
      await started(key);
      expect((await cancel(session, b, 1)).status).toBe(202);
      const second = await messagesOf(await session.call(next, 1, 'echo', { text: 'second' }));
      expect(second.map(textOf)).toEqual(['second']);
      expect(await settled(held, 'the cancelled call')).toEqual([]);
      expect((await cancel(session, b, 1)).status).toBe(202);
      const third = await messagesOf(await session.call(next, 1, 'echo', { text: 'third' }));
      expect(third.map(textOf)).toEqual(['third']);
    },
  );
});

describe('a cancellation that overtakes its request', () => {
  test.each(['same pod', 'another pod'])('still counts: %s [legacy.cancel.overtakes]', async (where) => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const id = `early-${where}`;
    expect((await cancel(session, c, id)).status).toBe(202);
    const pod = where === 'same pod' ? c : b;
    const answer = await settled(session.call(pod, id, 'wait_cancel', { key: id }).then(messagesOf), 'the call');
    expect(answer).toMatchObject([{ id, error: { code: -32603, data: { reason: 'cancelled' } } }]);
    const next = await messagesOf(await session.call(pod, 'next', 'echo', { text: 'alive' }));
    expect(next.map(textOf)).toEqual(['alive']);
  });

  test('also where the pod had the session cached before [legacy.cancel.overtakes]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    for (const pod of [b, c]) await messagesOf(await session.call(pod, 'warm', 'echo', { text: 'warm' }));
    await cancel(session, c, 'early-cached');
    const call = session.call(b, 'early-cached', 'wait_cancel', { key: 'early-cached' });
    expect(await settled(call.then(messagesOf), 'the call')).toMatchObject([
      { error: { data: { reason: 'cancelled' } } },
    ]);
  });
});

describe('a client that goes away', () => {
  test('does not cancel: the tool finishes and its result can be fetched [legacy.disconnect.keeps-running]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const stream = readStream(await session.call(b, 1, 'slow', { steps: 4, ms: 100, key: 'gone' }, 'token'));
    const priming = await stream.next();
    await stream.cut();
    await eventually(() => expect(deployment.journal('gone', 'finished')).toHaveLength(1));
    const messages = await readStream(await session.listen(c, priming?.id ?? '')).rest();
    expect(textOf(messages.at(-1))).toBe('4 steps');
  });

  test('before there was any answer [legacy.disconnect.keeps-running]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const cut = new AbortController();
    const call = session.call(b, 2, 'slow', { steps: 6, ms: 100, key: 'gone-early' }, undefined, cut.signal);
    const failed = expect(call).rejects.toThrow();
    await eventually(() => expect(deployment.journal('gone-early', 'started')).toHaveLength(1));
    cut.abort();
    await failed;
    await eventually(() => expect(deployment.journal('gone-early', 'finished')).toHaveLength(1));
  });
});

describe.each(OFFICIAL_CLIENTS)('the official client cancels: $label', ({ label, connect }) => {
  test('and the handler stops on the other pod [legacy.cancel.any-pod]', async () => {
    const fetch = choosing(deployment.pods, (request) => (rpcMethod(request) === 'notifications/cancelled' ? 2 : 1));
    const client = await connect({ fetch });
    const stop = new AbortController();
    const call = expect(client.call('wait_cancel', { key: label }, { signal: stop.signal })).rejects.toThrow();
    await started(label);
    stop.abort('enough');
    await call;
    await aborted(label);
    expect(await client.call('echo', { text: 'alive' })).toBe('alive');
    await client.close();
  });
});
