import { describe, expect, test } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { openSession, post } from '../cluster/wire.ts';
import { bearer, useProtected } from './protected.ts';

const BURST = 20;
/** One request in ten seconds, so that a busy machine earns hardly one meanwhile. */
const RATE = 6;

describe('while Redis hangs', () => {
  const deployment = useProtected({ ANYPOD_RATE: `${RATE}`, ANYPOD_RATE_BURST: `${BURST}` });

  /** The statuses of so many requests of one caller, one after the other, to these pods in turn. */
  async function ask(pods: readonly URL[], sub: string, count: number): Promise<readonly number[]> {
    const headers = bearer(await deployment.token({ sub }));
    const statuses: number[] = [];
    for (let each = 0; each < count; each += 1) {
      const response = await postModern(pods[each % pods.length] as URL, 'tools/list', {}, headers);
      if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      await response.body?.cancel();
      statuses.push(response.status);
    }
    return statuses;
  }

  const served = (statuses: readonly number[]) => statuses.filter((status) => status === 200).length;
  const earnedSince = (began: number) => Math.ceil(((Date.now() - began) / 60_000) * RATE);

  test('calls are answered, each pod holds the limit alone, and all together again afterwards [limits.rate.away]', async () => {
    const { urls, redis } = deployment;
    const began = Date.now();
    expect(await ask(urls, 'ann', 10)).toEqual(Array(10).fill(200));
    redis.process.signal('SIGSTOP');
    try {
      for (const pod of urls) {
        const statuses = await ask([pod], 'ann', BURST);
        // A pod remembers what it has granted before: half of the ten.
        expect(served(statuses), `${statuses}`).toBeGreaterThanOrEqual(BURST - 10);
        expect(served(statuses), `${statuses}`).toBeLessThanOrEqual(BURST - 5 + earnedSince(began));
        expect(new Set(statuses)).toEqual(new Set([200, 429]));
        expect((await fetch(new URL('/livez', pod))).status).toBe(200);
        // Others have a limit of their own.
        expect(await ask([pod], 'eve', 1)).toEqual([200]);
      }
    } finally {
      redis.process.signal('SIGCONT');
    }
    let caller = 0;
    await eventually(async () => {
      const since = Date.now();
      caller += 1;
      const statuses = await ask(urls, `caller-${caller}`, BURST + 10);
      expect(served(statuses), `${statuses}`).toBeGreaterThanOrEqual(BURST);
      expect(served(statuses), `${statuses}`).toBeLessThanOrEqual(BURST + earnedSince(since));
    });
  });
});

describe('a pod whose event loop is late', () => {
  const deployment = useProtected({ ANYPOD_MAX_LOOP_DELAY: '300' });

  test('refuses what is new with 503, and neither probes nor what it has accepted [limits.overload] [limits.resumes]', async () => {
    const [pod, other] = deployment.urls;
    const headers = bearer(await deployment.token());
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
    };
    const session = await openSession(pod, { headers });
    const asking = readStream(await session.call(pod, 'asking', 'ask'));
    const question = await asking.until(({ method }) => method === 'elicitation/create');
    const stream = readStream(await session.call(pod, 'hog', 'hog', { ms: 450 }, 'token'));
    await stream.next();

    // Five timers in a row must be late.
    await eventually(async () => {
      const refused = await post(pod, initialize, headers);
      const body = await refused.text();
      expect([refused.status, refused.headers.get('retry-after')], body).toEqual([503, '1']);
      expect(JSON.parse(body)).toMatchObject({ error: { data: { reason: 'overloaded' } } });
    });
    for (const probe of ['/livez', '/readyz', '/startupz'])
      expect((await fetch(new URL(probe, pod))).status, probe).toBe(200);
    expect((await post(other, initialize, headers)).status).toBe(200);

    const resumed = await session.listen(pod, lastEventId(stream.events));
    expect(resumed.status).toBe(200);
    await resumed.body?.cancel();
    const result = { action: 'accept', content: { name: 'Ann' } };
    const answered = await session.send(pod, { jsonrpc: '2.0', id: String(question.id), result });
    expect(answered.status).toBe(202);
    expect(JSON.stringify(await asking.rest())).toContain('Ann');
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'hog' } };
    expect((await session.send(pod, cancelled)).status).toBe(202);
    await eventually(async () => expect((await post(pod, initialize, headers)).status).toBe(200));
  });
});
