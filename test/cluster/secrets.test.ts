import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pod, startPod } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { FIXTURE } from './deployment.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { messagesOf, openSession, textOf, type WireSession } from './wire.ts';

const OLD = 'the-old-secret-of-32-bytes-or-more-000';
const NEW = 'the-new-secret-of-32-bytes-or-more-111';
const OTHER = 'a-secret-of-somebody-else-altogether-222';

const SECRETS = { old: OLD, appended: `${OLD},${NEW}`, swapped: `${NEW},${OLD}`, removed: NEW, stranger: OTHER };
type Stage = keyof typeof SECRETS;

let redis: RedisServer;
const pods = new Map<Stage, Pod>();

function at(stage: Stage): URL {
  return new URL((pods.get(stage) as Pod).url);
}

beforeAll(async () => {
  redis = await startRedis();
  await Promise.all(
    Object.entries(SECRETS).map(async ([stage, secret]) => {
      pods.set(stage as Stage, await startPod({ module: FIXTURE, redisUrl: redis.url, secret }));
    }),
  );
});

afterAll(async () => {
  await Promise.all([...pods.values()].map((pod) => pod.stop()));
  await redis.stop();
});

async function echo(session: WireSession, stage: Stage): Promise<string | number> {
  const response = await session.call(at(stage), 1, 'echo', { text: 'accepted' });
  const messages = await messagesOf(response);
  return response.status === 200 ? textOf(messages[0]) : response.status;
}

describe('the rotation of ANYPOD_SECRET: append, roll out, swap, roll out, remove', () => {
  test.each<[Stage, Stage[], Stage[]]>([
    ['old', ['old', 'appended', 'swapped'], ['removed', 'stranger']],
    ['appended', ['old', 'appended', 'swapped'], ['removed', 'stranger']],
    ['swapped', ['appended', 'swapped', 'removed'], ['old', 'stranger']],
    ['removed', ['appended', 'swapped', 'removed'], ['old', 'stranger']],
  ])(
    'a session made at "%s" is accepted by the next stage and the one before it [legacy.status.session-unknown]',
    async (made, accepting, refusing) => {
      const session = await openSession(at(made));
      for (const stage of accepting) expect(await echo(session, stage), stage).toBe('accepted');
      for (const stage of refusing) expect(await echo(session, stage), stage).toBe(404);
    },
  );

  test('a stream that began before the swap is resumed after it [legacy.resume.any-pod]', async () => {
    const session = await openSession(at('appended'));
    const stream = readStream(await session.call(at('appended'), 1, 'slow', { steps: 4, ms: 50 }, 'token'));
    await stream.until((message) => message.params?.['progress'] === 1);
    await stream.cut();
    const resumed = await readStream(await session.listen(at('swapped'), lastEventId(stream.events))).rest();
    expect(resumed.map((message) => message.params?.['progress'] ?? textOf(message))).toEqual([2, 3, 4, '4 steps']);
  });

  test('pods of another secret do not accept sessions, though they share the Redis [legacy.session.forged-id]', async () => {
    const foreign = await openSession(at('stranger'));
    expect(await echo(foreign, 'stranger')).toBe('accepted');
    for (const stage of ['old', 'appended', 'swapped', 'removed'] as const)
      expect(await echo(foreign, stage)).toBe(404);
  });
});
