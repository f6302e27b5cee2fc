import { describe, expect, test } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { messagesOf, openSession, post, textOf, type WireSession } from '../cluster/wire.ts';
import { limitedIn, manyTimes, outcome } from './attempts.ts';
import { bearer, useProtected } from './protected.ts';

const SESSIONS = 8;
const CALLS = 10;
const STREAMS = 6;
const BURST = 200;

const deployment = useProtected({
  ANYPOD_TENANT_SESSIONS: `${SESSIONS}`,
  ANYPOD_TENANT_CALLS: `${CALLS}`,
  ANYPOD_TENANT_STREAMS: `${STREAMS}`,
  ANYPOD_TENANT_RATE: '1',
  ANYPOD_TENANT_BURST: `${BURST}`,
  ANYPOD_CALLER_SESSIONS: '4',
});

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
};
const listening = { notifications: { toolsListChanged: true } };

const pod = (index: number): URL => deployment.urls[index % 2] as URL;
const limited = async (reason: string) => limitedIn(await deployment.metrics(), reason);
/** One of many users of a tenant. */
const user = async (tenant: 'acme' | 'umbrella', index: number) =>
  bearer(await deployment.token({ tenant, sub: `${tenant}-${index}` }));
/** The tenant beta is what its issuer says. */
const userOfBeta = async (index: number) => bearer(await deployment.b.token({ sub: `beta-${index}` }));

/** The users of another tenant are served on both pods, in both eras. */
async function expectOthersServed(): Promise<void> {
  const headers = await user('umbrella', 1);
  const session = await openSession(pod(0), { headers });
  for (const each of deployment.urls) {
    const [called] = await messagesOf(await session.call(each, 1, 'echo', { text: 'x' }));
    expect(textOf(called)).toBe('x');
    expect(await outcome(await postModern(each, 'tools/list', {}, headers))).toBe('ok');
    const standing = await postModern(each, 'subscriptions/listen', listening, headers);
    expect(standing.status).toBe(200);
    await standing.body?.cancel();
    expect((await fetch(new URL('/readyz', each))).status).toBe(200);
  }
  expect((await session.end(pod(1))).status).toBe(200);
}

describe('many users of one tenant', () => {
  test('that begin sessions on both pods get those of their tenant, and users of others notice nothing [limits.tenant]', async () => {
    const begun: WireSession[] = [];
    for (let index = 0; index < SESSIONS; index += 1)
      begun.push(await openSession(pod(index), { headers: await user('acme', index) }));
    const seen = await manyTimes(10, 2, async (index) =>
      outcome(await post(pod(index), initialize, await user('acme', 100 + index))),
    );
    expect(seen.all).toEqual({ '429 tenant_session_limit': 10 });
    expect(await limited('tenant_session_limit')).toBe(10);
    await expectOthersServed();
    const [first, ...others] = begun as [WireSession, ...WireSession[]];
    expect((await first.end(pod(1))).status).toBe(200);
    const again = await openSession(pod(0), { headers: await user('acme', 50) });
    for (const session of [again, ...others]) expect((await session.end(pod(0))).status).toBe(200);
  });

  test('that leave calls running fill the room of their tenant on that pod, and can still cancel them [limits.tenant]', async () => {
    const session = await openSession(pod(0), { headers: await user('acme', 1) });
    const running = await Promise.all(
      Array.from({ length: CALLS }, async (_, index) =>
        postModern(
          pod(0),
          'tools/call',
          { name: 'slow', arguments: { steps: 40, ms: 500 }, _meta: { progressToken: index } },
          await user('acme', index),
        ),
      ),
    );
    expect(running.map(({ status }) => status)).toEqual(Array.from({ length: CALLS }, () => 200));
    const headers = await user('acme', 99);
    expect(await outcome(await postModern(pod(0), 'tools/list', {}, headers))).toBe('429 tenant_call_limit');
    expect(await outcome(await postModern(pod(1), 'tools/list', {}, headers))).toBe('ok');
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await session.send(pod(0), cancelled)).status).toBe(202);
    await expectOthersServed();
    await Promise.all(running.map((response) => response.body?.cancel()));
    await eventually(async () => expect(await outcome(await postModern(pod(0), 'tools/list', {}, headers))).toBe('ok'));
    await session.end(pod(1));
  });

  test('that open streams have those of their tenant on each pod [limits.tenant]', async () => {
    const open: Response[] = [];
    const seen = await manyTimes(2 * STREAMS + 8, 4, async (index) => {
      const response = await postModern(pod(index), 'subscriptions/listen', listening, await user('acme', index));
      if (!response.ok) return outcome(response);
      open.push(response);
      return 'ok';
    });
    expect(seen.all).toEqual({ ok: 2 * STREAMS, '429 tenant_stream_limit': 8 });
    await expectOthersServed();
    await Promise.all(open.map((response) => response.body?.cancel()));
    await eventually(async () => {
      const again = await postModern(pod(0), 'subscriptions/listen', listening, await user('acme', 1));
      await again.body?.cancel();
      expect(again.status).toBe(200);
    });
  });

  test('that call as fast as they can get the burst of their tenant exactly, on both pods together, and the results of their calls [limits.tenant] [limits.rate]', async () => {
    const session = await openSession(pod(0), { headers: await userOfBeta(0) });
    const stream = readStream(await session.call(pod(0), 7, 'slow', { steps: 2, ms: 1000 }, 'token'));
    await stream.next();
    const users = await Promise.all(Array.from({ length: 20 }, (_, index) => userOfBeta(index)));
    // Also if all of them are at one pod at the same time, they leave room for the call that runs.
    const seen = await manyTimes(BURST + 100, CALLS / 2, async (index) =>
      outcome(await postModern(pod(Math.floor(index / 2)), 'tools/list', {}, users[index % 20])),
    );
    // `initialize`, `initialized` and the call have counted too. A minute of a slow machine earns another one. If Redis was slow, the pods have limited alone.
    const pods = deployment.logs().includes('each pod limits them alone') ? 2 : 1;
    expect(seen.of('ok'), JSON.stringify(seen.all)).toBeGreaterThanOrEqual(BURST - 3);
    expect(seen.of('ok')).toBeLessThan(pods * BURST + 7);
    expect(seen.of('ok') + seen.of('429 tenant_rate_limit'), JSON.stringify(seen.all)).toBe(BURST + 100);
    for (const each of deployment.urls)
      expect(await outcome(await post(each, initialize, await userOfBeta(77)))).toBe('429 tenant_rate_limit');
    await expectOthersServed();

    await stream.cut();
    const resumed = await session.listen(pod(1), lastEventId(stream.events));
    expect(resumed.status).toBe(200);
    const messages = await messagesOf(resumed);
    expect(textOf(messages.at(-1))).toBe('2 steps');
  });
});
