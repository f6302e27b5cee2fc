import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { messagesOf, openSession, sessionOf, textOf, type WireSession } from '../cluster/wire.ts';
import { bearer, useProtected } from './protected.ts';

const deployment = useProtected();

/** A token that expires soon. The pods allow 30 s for clocks that differ, but end streams when the token says so. */
async function shortLived(seconds = 3): Promise<{ headers: { authorization: string }; endsAt: number }> {
  const endsAt = Math.floor(Date.now() / 1000) + seconds;
  return { headers: bearer(await deployment.token({ exp: endsAt })), endsAt: endsAt * 1000 };
}

const withToken = async ({ id }: WireSession) => sessionOf(id, '2025-11-25', {}, bearer(await deployment.token()));

describe('when a token expires', () => {
  test('a standing stream ends with retry, and a fresh token opens it again where it was [auth.expiry.stream]', async () => {
    const { headers, endsAt } = await shortLived();
    const session = await openSession(deployment.urls[0], { headers });
    const stream = readStream(await session.listen(deployment.urls[1]));
    await stream.rest();
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
    expect(stream.events.at(-1)).toMatchObject({ retry: expect.any(Number) });
    const fresh = await withToken(session);
    const again = readStream(await fresh.listen(deployment.urls[0], lastEventId(stream.events)));
    await fresh.call(deployment.urls[1], 1, 'say', { text: 'after' });
    const message = await again.until(({ method }) => method === 'notifications/message');
    expect(message.params?.['data']).toBe('after');
    await again.cut();
  });

  test('the stream of a call ends with retry, the call goes on, and a fresh token gets its result from another pod [auth.expiry.stream]', async () => {
    const { headers } = await shortLived();
    const session = await openSession(deployment.urls[0], { headers });
    const stream = readStream(await session.call(deployment.urls[0], 1, 'slow', { steps: 12, ms: 500 }, 'token'));
    const before = await stream.rest();
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(12);
    expect(stream.events.at(-1)).toMatchObject({ retry: expect.any(Number) });
    const fresh = await withToken(session);
    const rest = await readStream(await fresh.listen(deployment.urls[1], lastEventId(stream.events))).rest();
    expect([...before, ...rest].map((message) => message.params?.['progress'] ?? textOf(message))).toEqual([
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      12,
      '12 steps',
    ]);
  });

  test('a call without an event id to come back with still gets its answer [auth.expiry.stream]', async () => {
    const { headers } = await shortLived();
    const session = await openSession(deployment.urls[0], { version: '2025-06-18', headers });
    const answer = await messagesOf(await session.call(deployment.urls[0], 1, 'slow', { steps: 8, ms: 500 }));
    expect(answer.map(textOf)).toEqual(['8 steps']);
  });

  test('a listen stream of 2026 ends with its result, and a call of 2026 gets its answer [auth.expiry.listen]', async () => {
    const { headers, endsAt } = await shortLived();
    const [pod] = deployment.urls;
    const listening = readStream(
      await postModern(pod, 'subscriptions/listen', { notifications: { toolsListChanged: true } }, headers),
    );
    const call = postModern(
      pod,
      'tools/call',
      { name: 'slow', arguments: { steps: 10, ms: 500 }, _meta: { progressToken: 'x' } },
      headers,
    );
    const heard = await listening.rest();
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
    expect(heard.at(-1)?.result).toBeDefined();
    expect(textOf((await messagesOf(await call)).at(-1))).toBe('10 steps');
  });

  test('the token is refused after the time that is allowed for clocks, also where it was verified before [auth.token.cached]', async () => {
    const endsAt = Math.floor(Date.now() / 1000) - 27;
    const headers = bearer(await deployment.token({ exp: endsAt }));
    const ping = (pod: URL) => postModern(pod, 'server/discover', {}, headers);
    for (const pod of deployment.urls) expect((await ping(pod)).status).toBe(200);
    await delay((endsAt + 31) * 1000 - Date.now());
    for (const pod of deployment.urls) expect((await ping(pod)).status).toBe(401);
  });
});

test('a call of a lost pod runs again with the stored claims of its caller, without a token [auth.rerun]', async () => {
  const lost = await deployment.startPod();
  const url = new URL(lost.url);
  const token = await deployment.token({ email: 'ann@example.com' });
  const session = await openSession(url, { headers: bearer(token) });
  const stream = readStream(await session.call(url, 1, 'steady', { key: 'rerun' }));
  await eventually(() => expect(deployment.journal('rerun', 'started').length).toBe(1));
  await stream.next();
  // Another pod can resume it, so the log is stored.
  const probe = readStream(await session.listen(deployment.urls[0], lastEventId(stream.events)));
  await probe.next();
  await probe.cut();
  await lost.kill9();
  await stream.rest().catch(() => undefined);
  const resumed = await readStream(await session.listen(deployment.urls[1], lastEventId(stream.events))).rest();
  const { authInfo } = JSON.parse(textOf(resumed.at(-1))) as { authInfo: object };
  const [first, second] = deployment.journal('rerun', 'started');
  expect(second?.pid).not.toBe(first?.pid);
  expect(second?.value).toEqual(first?.value);
  expect(authInfo).toMatchObject({
    token: '',
    clientId: 'app',
    extra: { sub: 'ann', tenant: 'acme', claims: { email: 'ann@example.com' } },
  });
});
