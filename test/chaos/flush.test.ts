import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settled } from '../cluster/settle.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { type Message, messagesOf, openSession, textOf } from '../cluster/wire.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.stop());

const isProgress = ({ method }: Message) => method === 'notifications/progress';

test('after FLUSHALL old sessions are gone, new ones work, and nothing crashes [store.flushed]', async () => {
  const { url, redis } = stage;
  const old = await openSession(url);
  const idle = await openSession(url);
  const standing = readStream(await old.listen(url));
  const running = readStream(await old.call(url, 1, 'count', { steps: 30, ms: 100 }, 'token'));
  await running.until(isProgress);
  const eventId = lastEventId(running.events);

  const admin = new Redis(redis.url);
  await admin.flushall();
  admin.disconnect();

  for (const session of [old, idle]) {
    // Every pod is asked, since each has its own memory of the session.
    for (const pod of stage.pods) {
      const answered = async () => {
        const response = await session.call(new URL(pod.url), 2, 'echo', { text: 'x' });
        await response.body?.cancel();
        return response.status;
      };
      await expect.poll(answered, { timeout: 120_000 }).toBe(404);
    }
  }
  const resumed = await old.listen(url, eventId);
  await settled(resumed.text(), 'the resume of a stream that is gone');
  await settled(running.rest(), 'the running stream');
  await standing.cut();

  const fresh = await openSession(url);
  const messages = await messagesOf(await fresh.call(url, 1, 'count', { steps: 3, ms: 20 }, 'token'));
  expect(messages.filter(isProgress).map(({ params }) => params?.['progress'])).toEqual([1, 2, 3]);
  expect(textOf(messages.at(-1))).toBe('3');
  expect(stage.pods.filter(({ process }) => !process.running)).toEqual([]);
});
