import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { type Message, messagesOf, openSession, parse, textOf, type WireSession } from './wire.ts';

const deployment = useDeployment();

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface World {
  readonly session: WireSession;
  readonly random: () => number;
  anyPod(): URL;
}

type Activity = (world: World, id: number) => Promise<void>;

const quickCall: Activity = async ({ session, anyPod }, id) => {
  expect((await messagesOf(await session.call(anyPod(), id, 'echo', { text: `${id}` }))).map(textOf)).toEqual([
    `${id}`,
  ]);
};

/** Follows a call through cuts at any moment; sees every step once and in order, and the result. */
const cutCall: Activity = async ({ session, random, anyPod }, id) => {
  const steps = 12;
  const seen: unknown[] = [];
  let from = '';
  let stream = readStream(await session.call(anyPod(), id, 'slow', { steps, ms: 15 }, `token-${id}`));
  for (;;) {
    for (let left = 1 + Math.floor(random() * 4); left > 0; left -= 1) {
      const event = await stream.next();
      if (event === undefined) break;
      from = event.id ?? from;
      if (event.data !== '') seen.push(outline(parse(event)));
    }
    await stream.cut();
    if (typeof seen.at(-1) === 'string') break;
    stream = readStream(await session.listen(anyPod(), from));
  }
  expect(seen).toEqual([...Array.from({ length: steps }, (_, step) => step + 1), `${steps} steps`]);
};

/** A progress by its number, a response by its text. */
function outline(message: Message): unknown {
  return message.params?.['progress'] ?? textOf(message);
}

/** Answers a question on one pod or on several at once; the handler gets one of the answers. */
const question: Activity = async ({ session, random, anyPod }, id) => {
  const stream = readStream(await session.call(anyPod(), id, 'ask'));
  const asked = await stream.until(({ method }) => method === 'elicitation/create');
  await delay(random() * 20);
  const answer = (name: string) =>
    session.send(anyPod(), { jsonrpc: '2.0', id: asked.id, result: { action: 'accept', content: { name } } });
  const responses = await Promise.all(random() < 0.5 ? [answer(`a${id}`)] : [answer(`a${id}`), answer(`b${id}`)]);
  expect(responses.map((response) => response.status)).toEqual(responses.map(() => 202));
  expect(textOf((await stream.rest()).at(-1))).toMatch(new RegExp(`"[ab]${id}"`));
};

/** Cancels at any moment: before the call arrives, while it starts, while it runs. */
const cancelled: Activity = async ({ session, random, anyPod }, id) => {
  const cancel = async () => {
    await delay(random() * 30);
    const params = { requestId: id };
    const response = await session.send(anyPod(), { jsonrpc: '2.0', method: 'notifications/cancelled', params });
    expect(response.status).toBe(202);
  };
  const call = async () => {
    await delay(random() * 30);
    return messagesOf(await session.call(anyPod(), id, 'wait_cancel', { key: `disorder-${id}` }));
  };
  const [messages] = await Promise.all([call(), cancel()]);
  // Empty, unless the cancellation was first.
  for (const { error } of messages) expect(error?.data).toEqual({ reason: 'cancelled' });
};

const ACTIVITIES: readonly Activity[] = [quickCall, cutCall, question, cancelled];

describe('many things at once in one session, each on any pod', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'seed %d: all come to their end [legacy.resume.exactly-once] [legacy.cancel.overtakes]',
    async (seed) => {
      const random = createRandom(seed);
      const anyPod = () => deployment.pods[Math.floor(random() * 3)] as URL;
      const session = await openSession(anyPod());
      const world: World = { session, random, anyPod };
      const running = Array.from({ length: 40 }, async (_, id) => {
        await delay(random() * 300);
        const activity = ACTIVITIES[id % ACTIVITIES.length] as Activity;
        await settled(activity(world, id), `${activity.name} ${id}`);
      });
      await Promise.all(running);
      expect((await session.end(anyPod())).ok).toBe(true);
    },
  );

  test.each([1, 2, 3])(
    'seed %d: the end of the session in the middle ends them all [legacy.delete.ends-streams]',
    async (seed) => {
      const random = createRandom(seed);
      const anyPod = () => deployment.pods[Math.floor(random() * 3)] as URL;
      const session = await openSession(anyPod());
      const calls = Array.from({ length: 30 }, async (_, id) => {
        await delay(random() * 200);
        const tool = id % 2 === 0 ? 'wait_cancel' : 'ask';
        const response = await session.call(anyPod(), id, tool, { key: `ended-${seed}-${id}` }, `token-${id}`);
        await response.text();
        return response.status;
      });
      await delay(100);
      expect((await session.end(anyPod())).ok).toBe(true);
      const statuses = await settled(Promise.all(calls), 'the calls');
      expect(statuses.filter((status) => status !== 200 && status !== 404)).toEqual([]);
    },
  );
});
