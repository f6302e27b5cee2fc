import { describe, expect, it } from 'vitest';
import { EVE, firstEventId, quick, readAnswer, startLimited as start, type Who } from './limits.fixture.ts';
import { createMemoryStore } from './memory/index.ts';

const ANN: Who = { sub: 'ann', tenant: 'acme' };
const BOB: Who = { sub: 'bob', tenant: 'acme' };
const CAT: Who = { sub: 'cat', tenant: 'beta' };

/** A store that notes of which accounts how much was taken. */
function noting() {
  const store = createMemoryStore();
  const taken: [account: string, granted: number][] = [];
  const take: typeof store.quotas.take = async (account, ...rest) => {
    const answer = await store.quotas.take(account, ...rest);
    taken.push([account, answer.granted]);
    return answer;
  };
  return { store: { ...store, quotas: { ...store.quotas, take } }, taken };
}

const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
const pings = (count: number) => Array.from({ length: count }, (_, id) => ping(id));

describe('the rate of a tenant', () => {
  const limits = { tenantRatePerMinute: 1, tenantRateBurst: 4 };

  it('counts all its users on all pods and in both eras, and nobody else [limits.tenant]', async () => {
    const { modern, initialize, counted } = await start(limits);
    for (const [pod, who] of [
      [0, ANN],
      [1, BOB],
    ] as const) {
      expect((await readAnswer(await modern(pod, who, 'tools/call', quick))).status).toBe(200);
      expect((await initialize(pod, who)).status).toBe(200);
    }
    for (const pod of [0, 1] as const) {
      for (const who of [ANN, BOB, { sub: 'new', tenant: 'acme', iss: 'another' }]) {
        const refused = await readAnswer(await modern(pod, who, 'tools/call', quick));
        expect(refused).toMatchObject({ status: 429, reason: 'tenant_rate_limit' });
        expect(refused.body.error?.message).toContain('your tenant');
        expect(refused.retryAfter).toBeGreaterThan(50);
      }
      for (const other of [CAT, EVE, { address: 'acme' }])
        expect((await readAnswer(await modern(pod, other, 'tools/call', quick))).status).toBe(200);
    }
    expect(counted).toEqual(Array.from({ length: 6 }, () => 'tenant_rate_limit'));
  });

  it('leaves callers without a tenant unlimited, and asks nothing of the store for them [limits.tenant]', async () => {
    const { store, taken } = noting();
    const { modern } = await start({ ...limits, store });
    for (let each = 0; each < 10; each += 1)
      expect((await readAnswer(await modern(0, EVE, 'tools/call', quick))).status).toBe(200);
    expect(taken).toEqual([]);
  });

  it('gives nothing to what the caller’s own rate refuses [limits.tenant.order]', async () => {
    const { store, taken } = noting();
    const { modern } = await start({ ...limits, ratePerMinute: 1, rateBurst: 2, store });
    const statuses: number[] = [];
    for (let each = 0; each < 4; each += 1) statuses.push((await modern(0, ANN, 'tools/call', quick)).status);
    expect((await readAnswer(await modern(1, ANN, 'tools/call', quick))).reason).toBe('rate_limit');
    expect(statuses).toEqual([200, 200, 429, 429]);
    const ofTenant = taken[1]?.[0];
    expect(taken.filter(([account]) => account === ofTenant).map(([, granted]) => granted)).toEqual([1, 1]);
    for (let each = 0; each < 2; each += 1) expect((await modern(0, BOB, 'tools/call', quick)).status).toBe(200);
    expect((await readAnswer(await modern(0, { sub: 'dan', tenant: 'acme' }, 'tools/call', quick))).reason).toBe(
      'tenant_rate_limit',
    );
  });

  it('gives nothing to a call or a batch that the caller’s own limits refuse [limits.tenant.order]', async () => {
    const { store, taken } = noting();
    const { initialize, call, post, gate } = await start({
      ...{ ...limits, tenantRateBurst: 50, ratePerMinute: 1, rateBurst: 10, callerCalls: 1, store },
    });
    const { session } = await initialize(0, ANN, '2025-03-26');
    const ofTenant = taken[1]?.[0];
    const fromTenant = () =>
      taken.filter(([account]) => account === ofTenant).reduce((sum, [, granted]) => sum + granted, 0);
    const waiting = call(0, ANN, session, 'wait');
    await expect.poll(fromTenant).toBe(2);
    expect((await readAnswer(await call(0, ANN, session, 'quick'))).reason).toBe('call_limit');
    expect(fromTenant()).toBe(2);
    gate.resolve();
    await (await waiting).text();
    const headers = { 'mcp-session-id': session };
    expect((await readAnswer(await post(0, ANN, pings(9), headers))).reason).toBe('rate_limit');
    expect(fromTenant()).toBe(2);
    expect((await post(0, BOB, pings(3), headers)).status).toBe(404);
    expect(fromTenant()).toBe(5);
  });

  it('costs a caller nothing while its bucket is known to be empty [limits.tenant.order]', async () => {
    const { store, taken } = noting();
    const { modern } = await start({ ...limits, ratePerMinute: 60, rateBurst: 100, store });
    for (let each = 0; each < 5; each += 1) await modern(0, ANN, 'tools/call', quick);
    const before = taken.length;
    for (let each = 0; each < 20; each += 1)
      expect((await readAnswer(await modern(0, BOB, 'tools/call', quick))).reason).toBe('tenant_rate_limit');
    expect(taken).toHaveLength(before);
  });

  it('has a bucket for resumes, so that a tenant that has used up its requests still gets its results [limits.tenant] [limits.resumes]', async () => {
    const { initialize, call, listen, gate } = await start({ tenantRatePerMinute: 1, tenantRateBurst: 2 });
    const { session } = await initialize(0, ANN);
    const eventId = await firstEventId(await call(0, ANN, session, 'wait'));
    expect((await readAnswer(await call(0, BOB, session, 'quick'))).reason).toBe('tenant_rate_limit');
    expect((await listen(1, ANN, session)).status).toBe(429);
    const resumed = await listen(1, ANN, session, eventId);
    expect(resumed.status).toBe(200);
    gate.resolve();
    expect(await resumed.text()).toContain('"done"');
  });
});

describe('a tenant', () => {
  it('may have so many calls at a time, and its users can still answer and cancel them [limits.tenant]', async () => {
    const { initialize, call, post, modern, gate, counted } = await start({ callerCalls: 1, tenantCalls: 2 });
    const [{ session }, { session: other }] = [await initialize(0, ANN), await initialize(0, BOB)];
    const waiting = [await call(0, ANN, session, 'wait', 1), await call(0, BOB, other, 'wait', 2)];
    const third: Who = { sub: 'dan', tenant: 'acme' };
    expect(await readAnswer(await modern(0, third, 'tools/call', quick))).toMatchObject({
      status: 429,
      retryAfter: 1,
      reason: 'tenant_call_limit',
      body: { id: 9 },
    });
    expect((await readAnswer(await call(0, ANN, session, 'quick'))).reason).toBe('call_limit');
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'x' } };
    expect((await post(0, BOB, cancelled, { 'mcp-session-id': other })).status).toBe(202);
    for (const [pod, who] of [
      [0, CAT],
      [0, EVE],
      [1, third],
    ] as const)
      expect((await readAnswer(await modern(pod, who, 'tools/call', quick))).status).toBe(200);
    gate.resolve();
    for (const response of waiting) expect(await response.text()).toContain('"done"');
    expect((await readAnswer(await modern(0, third, 'tools/call', quick))).status).toBe(200);
    expect(counted).toEqual(['tenant_call_limit', 'call_limit']);
  });

  it('may have so many streams at a time, of both kinds, and resumes are not refused [limits.tenant]', async () => {
    const { initialize, call, listen, modern, gate, counted } = await start({ tenantStreams: 2 });
    const [{ session }, { session: other }] = [await initialize(0, ANN), await initialize(0, BOB)];
    const eventId = await firstEventId(await call(0, BOB, other, 'wait'));
    const first = await listen(0, ANN, session);
    const listening = (who: Who) =>
      modern(0, who, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
    const second = await listening(BOB);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await readAnswer(await listen(0, BOB, other))).toMatchObject({ status: 429, reason: 'tenant_stream_limit' });
    expect(await readAnswer(await listening(ANN))).toMatchObject({ status: 429, reason: 'tenant_stream_limit' });
    expect((await listening(CAT)).status).toBe(200);
    const resumed = await listen(0, BOB, other, eventId);
    expect(resumed.status).toBe(200);
    gate.resolve();
    expect(await resumed.text()).toContain('"done"');
    await second.body?.cancel();
    expect((await listen(0, BOB, other)).status).toBe(200);
    expect(counted).toEqual(['tenant_stream_limit', 'tenant_stream_limit']);
  });

  it('may have so many sessions on all pods, and one that is refused counts for nobody [limits.tenant]', async () => {
    const { initialize, send, counted } = await start({ callerSessions: 2, tenantSessions: 3, sessionTtlMs: 60_000 });
    const { session } = await initialize(0, ANN);
    expect([(await initialize(1, ANN)).status, (await initialize(0, ANN)).reason]).toEqual([200, 'session_limit']);
    expect((await initialize(0, BOB)).status).toBe(200);
    for (let each = 0; each < 4; each += 1) {
      const refused = await initialize(each % 2 === 0 ? 0 : 1, BOB);
      expect(refused).toMatchObject({ status: 429, reason: 'tenant_session_limit', session: '' });
      expect(refused.body.error?.message).toContain('your tenant');
      expect(refused.retryAfter).toBeGreaterThan(50);
    }
    expect([(await initialize(0, CAT)).status, (await initialize(0, EVE)).status]).toEqual([200, 200]);
    expect((await send(1, ANN, { method: 'DELETE', headers: { 'mcp-session-id': session } })).status).toBe(200);
    expect((await initialize(1, BOB)).status).toBe(200);
    expect(counted).toEqual(['session_limit', ...Array.from({ length: 4 }, () => 'tenant_session_limit')]);
  });
});
