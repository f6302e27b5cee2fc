import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { settled } from './settle.ts';
import { messagesOf, openSession, textOf } from './wire.ts';

const deployment = useDeployment({ module: fileURLToPath(new URL('fixture-slow-build.ts', import.meta.url)) });

describe('while a pod still builds the server for a call', () => {
  test('calls that arrive meanwhile share it and all are answered', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const calls = Array.from({ length: 5 }, (_, id) => session.call(b, id, 'echo', { text: `${id}` }).then(messagesOf));
    const answers = await settled(Promise.all(calls), 'the calls');
    expect(answers.map(([message]) => textOf(message))).toEqual(['0', '1', '2', '3', '4']);
  });

  test('its cancellation counts [legacy.cancel.overtakes]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const call = session.call(b, 1, 'wait_cancel', { key: 'while-building' }).then(messagesOf);
    await delay(100);
    const params = { requestId: 1 };
    expect((await session.send(c, { jsonrpc: '2.0', method: 'notifications/cancelled', params })).status).toBe(202);
    expect(await settled(call, 'the call')).toEqual([]);
  });

  test('the end of its session ends it [legacy.delete.aborts]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const call = session.call(b, 1, 'wait_cancel', { key: 'ended-while-building' });
    await delay(100);
    expect((await session.end(c)).ok).toBe(true);
    const response = await settled(call, 'the call');
    await settled(response.text(), 'its answer');
    expect(deployment.journal('ended-while-building', 'started').length).toBe(
      deployment.journal('ended-while-building', 'aborted').length,
    );
  });
});
