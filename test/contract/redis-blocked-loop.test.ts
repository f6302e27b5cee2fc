import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { codeOf, connect } from './connect.ts';

/** Longer than a command waits for its reply. */
const BLOCK_MS = 2500;

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

it('a command whose reply came while a handler blocked the event loop has its reply [store.outage.blocked-loop]', async () => {
  const pod = await connect({ redis: server.url });
  try {
    await pod.store.ping();
    const asked = codeOf(pod.store.ping());
    // The command is on its way before the block.
    await new Promise(setImmediate);
    const until = performance.now() + BLOCK_MS;
    while (performance.now() < until);
    expect(await asked).toBe('resolved');
  } finally {
    await pod.close();
  }
});
