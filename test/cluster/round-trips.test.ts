import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { connectMode } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import { commandsDuring, commandsFor, ownCommandsSince } from './redis-commands.ts';
import { eventually } from './settle.ts';
import { messagesOf, openSession, textOf, type WireSession } from './wire.ts';

const CALLS = 100;
const deployment = useDeployment();

async function callTimes(session: WireSession, pod: URL, times: number): Promise<void> {
  for (let id = 1; id <= times; id += 1) {
    const [answer] = await messagesOf(await session.call(pod, id, 'echo', { text: `${id}` }));
    expect(textOf(answer)).toBe(`${id}`);
  }
}

describe('Redis is asked', () => {
  test('once for the first call of a session on a pod, and then never again [cost.redis.round-trips]', async () => {
    // Redis learns each script when it is first run, which takes one command more.
    await callTimes(await openSession(deployment.pods[0]), deployment.pods[1], 1);
    const session = await openSession(deployment.pods[0]);
    for (const [index, pod] of deployment.pods.entries()) {
      const first = await commandsDuring(deployment.redisUrl, () => callTimes(session, pod, 1));
      // The pod that opened the session holds it already.
      expect(commandsFor(session.id, first)).toHaveLength(index === 0 ? 0 : 1);
    }
    const from = performance.now();
    const warm = await commandsDuring(deployment.redisUrl, async () => {
      for (const pod of deployment.pods) await callTimes(session, pod, CALLS);
    });
    expect(commandsFor(session.id, warm)).toEqual([]);
    expect(warm.length).toBeLessThan(ownCommandsSince(from));
  });

  test('once to open a session, and once for a notification of its client [cost.redis.round-trips]', async () => {
    const open = async () => {
      const session = await openSession(deployment.pods[0]);
      await session.send(deployment.pods[0], { jsonrpc: '2.0', method: 'notifications/initialized' });
      return session;
    };
    await open();
    let session: WireSession | undefined;
    const commands = await commandsDuring(deployment.redisUrl, async () => {
      session = await open();
    });
    expect(commandsFor(session?.id ?? '', commands)).toHaveLength(2);
  });

  test('once for a stream whose events come at once, be it one or twenty [cost.redis.round-trips]', async () => {
    const session = await openSession(deployment.pods[0]);
    const asked: number[] = [];
    for (const events of [1, 1, 20]) {
      const commands = await commandsDuring(deployment.redisUrl, async () => {
        const messages = await messagesOf(await session.call(deployment.pods[0], events, 'burst', { events }, 'all'));
        expect(messages).toHaveLength(events + 1);
      });
      asked.push(commandsFor(session.id, commands).length);
    }
    // The first one teaches Redis the script.
    expect(asked.slice(1)).toEqual([1, 1]);
  });

  test('once for each turn in which a stream says something [cost.redis.round-trips]', async () => {
    const session = await openSession(deployment.pods[0]);
    const redis = new Redis(deployment.redisUrl);
    const asked: string[][] = [];
    for (const id of [1, 2]) {
      const commands = await commandsDuring(deployment.redisUrl, async (soFar) => {
        const slow = { steps: 2, ms: 20 };
        await messagesOf(await session.call(deployment.pods[0], id, 'slow', slow, 'all'));
        // The client has its answer before Redis has it.
        await eventually(() => expect(commandsFor(session.id, soFar).length).toBeGreaterThanOrEqual(2));
      });
      asked.push(commandsFor(session.id, commands).map(([name = '']) => name));
    }
    // The first one opens the log and notes its owner, the second one ends it and removes the note.
    expect(asked[1]).toEqual(['evalsha', 'evalsha']);
    expect(await redis.keys('*owned:*')).toEqual([]);
    redis.disconnect();
  });

  test('never for a stateless call [cost.redis.round-trips]', async () => {
    const client = await connectMode(
      { pin: '2026-07-28' },
      {
        fetch: (url, init) => fetch(new URL(deployment.pods[0], url), init),
      },
    );
    const from = performance.now();
    const commands = await commandsDuring(deployment.redisUrl, async () => {
      for (let call = 0; call < CALLS; call += 1)
        expect(await client.call('echo', { text: `${call}` })).toBe(`${call}`);
    });
    await client.close();
    expect(commands.length).toBeLessThan(ownCommandsSince(from));
  });
});
