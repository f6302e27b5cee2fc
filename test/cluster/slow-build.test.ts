import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { HOLD_VARIABLE } from './fixture-slow-build.ts';
import { eventually, settled } from './settle.ts';
import { messagesOf, openSession, textOf } from './wire.ts';

const held = join(tmpdir(), `anypod-hold-${crypto.randomUUID()}`);
const deployment = useDeployment({
  module: fileURLToPath(new URL('fixture-slow-build.ts', import.meta.url)),
  env: { [HOLD_VARIABLE]: held },
});

/** From now on servers are being built until `goOn`. Gives how to wait until one more is. */
async function holdBuilds(): Promise<() => Promise<void>> {
  const before = deployment.journal('server', 'building').length;
  await writeFile(held, '');
  return () => eventually(() => expect(deployment.journal('server', 'building')).toHaveLength(before + 1));
}
const goOn = () => rm(held, { force: true });

describe('while a pod still builds the server for a call', () => {
  afterEach(goOn);

  test('calls that arrive meanwhile share it and all are answered', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const building = await holdBuilds();
    const calls = Array.from({ length: 5 }, (_, id) => session.call(b, id, 'echo', { text: `${id}` }).then(messagesOf));
    await building();
    await goOn();
    const answers = await settled(Promise.all(calls), 'the calls');
    expect(answers.map(([message]) => textOf(message))).toEqual(['0', '1', '2', '3', '4']);
    await building();
  });

  test('its cancellation counts [legacy.cancel.overtakes]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const building = await holdBuilds();
    const call = session.call(b, 1, 'wait_cancel', { key: 'while-building' }).then(messagesOf);
    await building();
    const params = { requestId: 1 };
    expect((await session.send(c, { jsonrpc: '2.0', method: 'notifications/cancelled', params })).status).toBe(202);
    await goOn();
    expect(await settled(call, 'the call')).toMatchObject([{ id: 1, error: { data: { reason: 'cancelled' } } }]);
    expect(deployment.journal('while-building', 'started')).toEqual([]);
  });

  test('the end of its session ends it [legacy.delete.aborts]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const building = await holdBuilds();
    const call = session.call(b, 1, 'wait_cancel', { key: 'ended-while-building' });
    await building();
    // It is answered once every pod has let go. Pod a need not build anything to say that the session is over.
    const ended = session.end(c);
    const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
    await eventually(async () => expect((await session.send(a, ping)).status).toBe(404));
    await goOn();
    expect((await settled(ended, 'the end')).ok).toBe(true);
    const response = await settled(call, 'the call');
    await settled(response.text(), 'its answer');
    expect(deployment.journal('ended-while-building', 'started').length).toBe(
      deployment.journal('ended-while-building', 'aborted').length,
    );
  });
});
