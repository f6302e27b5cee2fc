import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { eventually, settled } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { type Message, messagesOf, openSession, textOf, type WireSession } from './wire.ts';

const TTL_MS = 8000;
const deployment = useDeployment({ env: { ANYPOD_SESSION_TTL: `${TTL_MS}`, ANYPOD_UPGRADE_AFTER: '0' } });

let redis: Redis | undefined;
beforeAll(() => {
  redis = new Redis(deployment.redisUrl);
});
afterAll(() => redis?.disconnect());

const keyOf = ({ id }: WireSession) => `anypod:v1:session:{${id}}`;

/** Waits until a session that nobody uses is gone, so all that were used before it would be too. */
async function anIdleSessionExpires(): Promise<void> {
  const idle = await openSession(deployment.pods[0]);
  await eventually(async () => expect(await redis?.exists(keyOf(idle))).toBe(0));
}

async function echo(session: WireSession, pod: URL): Promise<string> {
  const [answer] = await messagesOf(await session.call(pod, 'echo', 'echo', { text: 'alive' }));
  return textOf(answer);
}

const said = (message: Message) => message.params?.['data'] === 'still here';

describe('a session is in use', () => {
  test('while its standing stream is open, and a question of its server can be answered [legacy.session.use-renews]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const stream = readStream(await session.listen(b));
    await stream.next();
    await anIdleSessionExpires();
    expect(await echo(session, c)).toBe('alive');
    await messagesOf(await session.call(a, 1, 'say', { text: 'still here' }));
    await settled(stream.until(said), 'the message');
    await stream.cut();
  });

  test('while a call runs, whose result then arrives wherever its client comes back [legacy.session.use-renews]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const stream = readStream(await session.call(b, 1, 'wait_for', { key: 'in-use' }));
    await stream.next();
    const id = lastEventId(stream.events);
    await stream.cut();
    await anIdleSessionExpires();
    const resumed = readStream(await session.listen(c, id));
    await anIdleSessionExpires();
    await messagesOf(await session.call(a, 2, 'let_go', { key: 'in-use' }));
    expect(
      textOf(
        await settled(
          resumed.until(({ id: of }) => of === 1),
          'the result',
        ),
      ),
    ).toBe('let go');
  });

  test('and its streams end with it, wherever they are [legacy.session.use-renews]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const standing = readStream(await session.listen(b));
    const call = readStream(await session.call(c, 1, 'wait_cancel', { key: 'ended' }));
    await call.next();
    await redis?.del(keyOf(session));
    await settled(Promise.all([standing.rest(), call.rest()]), 'the streams');
    const response = await session.call(b, 2, 'echo', { text: 'gone' });
    expect(response.status).toBe(404);
    await eventually(() => expect(deployment.journal('ended', 'aborted')).toHaveLength(1));
  });
});
