import { describe, expect, it } from 'vitest';
import { ANN, EVE, firstEventId, quick, readAnswer, startLimited as start, type Who } from './limits.fixture.ts';
import { createMemoryStore } from './memory/index.ts';

describe('the rate of a caller', () => {
  it.each<[string, Who, Who]>([
    ['a principal', ANN, EVE],
    ['an address', { address: '203.0.113.7' }, { address: '203.0.113.8' }],
    ['an anonymous caller, who is no principal,', { address: 'ann' }, { sub: 'ann' }],
  ])('of %s counts on all pods and in both eras, and for nobody else [limits.rate]', async (_name, who, other) => {
    const { modern, initialize, counted } = await start({ ratePerMinute: 1, rateBurst: 4 });
    for (const pod of [0, 1] as const) {
      expect((await readAnswer(await modern(pod, who, 'tools/call', quick))).status).toBe(200);
      expect((await initialize(pod, who)).status).toBe(200);
    }
    for (const pod of [0, 1] as const) {
      for (const refused of [
        await readAnswer(await modern(pod, who, 'tools/call', quick)),
        await initialize(pod, who),
      ]) {
        expect(refused).toMatchObject({
          status: 429,
          reason: 'rate_limit',
          body: { jsonrpc: '2.0', error: { code: -32000 } },
        });
        expect(refused.retryAfter).toBeGreaterThan(0);
        expect(refused.retryAfter).toBeLessThanOrEqual(60);
      }
      expect((await readAnswer(await modern(pod, other, 'tools/call', quick))).status).toBe(200);
    }
    expect(counted).toEqual(['rate_limit', 'rate_limit', 'rate_limit', 'rate_limit']);
  });

  it('counts each message of a batch [limits.rate]', async () => {
    const { initialize, post } = await start({ ratePerMinute: 1, rateBurst: 6 });
    const { session } = await initialize(0, ANN, '2025-03-26');
    const pings = (count: number) => Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
    expect((await post(0, ANN, pings(4), { 'mcp-session-id': session })).status).toBe(200);
    expect((await post(0, ANN, pings(2), { 'mcp-session-id': session })).status).toBe(429);
  });

  it('leaves a caller who has used it up the results of its calls [limits.resumes]', async () => {
    const { initialize, call, listen, gate } = await start({ ratePerMinute: 1, rateBurst: 2 });
    const { session } = await initialize(0, ANN);
    const eventId = await firstEventId(await call(0, ANN, session, 'wait'));
    expect((await call(0, ANN, session, 'quick')).status).toBe(429);
    expect((await listen(1, ANN, session)).status).toBe(429);
    const resumed = await listen(1, ANN, session, eventId);
    expect(resumed.status).toBe(200);
    gate.resolve();
    expect(await resumed.text()).toContain('"done"');
    // Resumes have a bucket of the same size.
    expect((await listen(1, ANN, session, eventId)).status).toBe(200);
    expect((await listen(1, ANN, session, eventId)).status).toBe(429);
  });
});

describe('a caller', () => {
  it('may have so many calls at a time, and can still answer and cancel them [limits.calls]', async () => {
    const { initialize, call, post, modern, gate, counted } = await start({ callerCalls: 2 });
    const { session } = await initialize(0, ANN);
    const waiting = [call(0, ANN, session, 'wait', 1), call(0, ANN, session, 'ask', 2)];
    const asking = await (waiting[1] as Promise<Response>);
    await (waiting[0] as Promise<Response>);
    const refused = await readAnswer(await call(0, ANN, session, 'quick'));
    expect(refused).toMatchObject({ status: 429, retryAfter: 1, reason: 'call_limit', body: { id: 7 } });
    expect(await readAnswer(await modern(0, ANN, 'tools/call', quick, 'x'.repeat(70_000)))).toMatchObject({
      status: 429,
    });
    expect((await readAnswer(await modern(0, EVE, 'tools/call', quick))).status).toBe(200);
    const reader = (asking.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes('elicitation/create')) text += new TextDecoder().decode((await reader.read()).value);
    const id = /"id":"([^"]+)"/.exec(text)?.[1];
    const answered = { jsonrpc: '2.0', id, result: { action: 'accept', content: { name: 'Ann' } } };
    expect((await post(0, ANN, answered, { 'mcp-session-id': session })).status).toBe(202);
    while (!text.includes('"done"')) text += new TextDecoder().decode((await reader.read()).value);
    expect((await readAnswer(await call(0, ANN, session, 'quick'))).status).toBe(200);
    gate.resolve();
    expect(counted).toEqual(['call_limit', 'call_limit']);
  });

  it('cannot pile up small bodies that do not end, whoever may still read them [limits.calls]', async () => {
    const { send, modern } = await start({ callerCalls: 2 });
    const bodies: ReadableStreamDefaultController[] = [];
    const headers = { 'content-type': 'application/json', accept: '*/*', 'content-length': '100' };
    const unending = () => {
      const body = new ReadableStream({ start: (controller) => void bodies.push(controller) });
      return send(0, ANN, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
    };
    const read = [unending(), unending(), unending(), unending()];
    expect(await readAnswer(await unending())).toMatchObject({ status: 429, reason: 'call_limit' });
    expect((await readAnswer(await modern(0, EVE, 'tools/call', quick))).status).toBe(200);
    for (const body of bodies) body.error(new Error('gone'));
    await Promise.all(read);
    expect((await readAnswer(await modern(0, ANN, 'tools/call', quick))).status).toBe(200);
  });

  it('may have so many streams at a time, of both kinds [limits.streams]', async () => {
    const { initialize, listen, modern, counted } = await start({ callerStreams: 2 });
    const sessions = [await initialize(0, ANN), await initialize(0, ANN), await initialize(0, ANN)];
    const [one = '', two = '', three = ''] = sessions.map(({ session }) => session);
    const first = await listen(0, ANN, one);
    const second = await modern(0, ANN, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await readAnswer(await listen(0, ANN, two))).toMatchObject({
      status: 429,
      retryAfter: 1,
      reason: 'stream_limit',
    });
    const listening = await modern(0, ANN, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
    expect(await readAnswer(listening)).toMatchObject({ status: 429, reason: 'stream_limit', body: { id: 9 } });
    expect((await listen(1, ANN, two)).status).toBe(200);
    const { session } = await initialize(0, EVE);
    expect((await listen(0, EVE, session)).status).toBe(200);
    await first.body?.cancel();
    expect((await listen(0, ANN, three)).status).toBe(200);
    await second.body?.cancel();
    expect((await listen(0, ANN, one)).status).toBe(200);
    expect(counted).toEqual(['stream_limit', 'stream_limit']);
  });

  it('can open no more streams by asking for many at once [limits.streams]', async () => {
    const { initialize, listen } = await start({ callerStreams: 3 });
    const sessions = await Promise.all(Array.from({ length: 20 }, () => initialize(0, ANN)));
    const all = await Promise.all(sessions.map(({ session }) => listen(0, ANN, session)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(17);
  });

  it('may have so many sessions on all pods; one that ends or never began counts no more [limits.sessions]', async () => {
    const { initialize, send, post, counted } = await start({ callerSessions: 2, sessionTtlMs: 60_000 });
    for (let each = 0; each < 5; each += 1) {
      await post(0, ANN, { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    }
    const [one] = [await initialize(0, ANN), await initialize(1, ANN)];
    const refused = await initialize(0, ANN);
    expect(refused).toMatchObject({ status: 429, reason: 'session_limit', session: '', body: { id: 1 } });
    expect(refused.retryAfter).toBeGreaterThan(50);
    expect((await initialize(0, EVE)).status).toBe(200);
    const ended = await send(1, ANN, { method: 'DELETE', headers: { 'mcp-session-id': one?.session ?? '' } });
    expect(ended.status).toBe(200);
    expect((await initialize(1, ANN)).status).toBe(200);
    expect((await initialize(0, ANN)).status).toBe(429);
    expect(counted).toEqual(['session_limit', 'session_limit']);
  });

  it('may have so many parked calls, so that others have room for theirs [limits.parked]', async () => {
    const { modern, counted } = await start({ callerParkedCalls: 1, parkedCalls: 2 });
    const ask = { name: 'ask', arguments: {} };
    const first = await readAnswer(await modern(0, ANN, 'tools/call', ask));
    expect(first.body.result?.['resultType']).toBe('input_required');
    const refused = await readAnswer(await modern(0, ANN, 'tools/call', ask));
    expect(refused).toMatchObject({ status: 429, retryAfter: 1, reason: 'parked_limit' });
    expect((await readAnswer(await modern(0, EVE, 'tools/call', ask))).body.result?.['resultType']).toBe(
      'input_required',
    );
    const full = await readAnswer(await modern(0, { sub: 'bob' }, 'tools/call', ask));
    expect(full).toMatchObject({ status: 503, retryAfter: 1, reason: 'too_many_parked' });
    const { requestState } = first.body.result ?? {};
    const inputResponses = { 1: { action: 'accept', content: { name: 'Ann' } } };
    const done = await readAnswer(await modern(0, ANN, 'tools/call', { ...ask, requestState, inputResponses }));
    expect(JSON.stringify(done.body)).toContain('"done"');
    expect((await readAnswer(await modern(0, ANN, 'tools/call', ask))).body.result?.['resultType']).toBe(
      'input_required',
    );
    expect(counted).toEqual(['parked_limit', 'too_many_parked']);
  });
});

describe('a message', () => {
  it('may be a batch of so many [limits.batch]', async () => {
    const { initialize, post, counted } = await start({ maxBatch: 3 });
    const { session } = await initialize(0, ANN, '2025-03-26');
    const pings = (count: number) => Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
    expect((await post(0, ANN, pings(3), { 'mcp-session-id': session })).status).toBe(200);
    const refused = await readAnswer(await post(0, ANN, pings(4), { 'mcp-session-id': session }));
    expect(refused).toMatchObject({ status: 400, reason: 'batch_too_large', body: { error: { code: -32600 } } });
    expect(counted).toEqual(['batch_too_large']);
  });

  it('may subscribe to so many resources, in each era [limits.subscriptions]', async () => {
    const store = createMemoryStore({ subscriptionLimit: 2 });
    const { initialize, post, modern, counted } = await start({ subscriptionLimit: 2, store });
    const listen = (count: number) => {
      const resourceSubscriptions = Array.from({ length: count }, (_, n) => `note://${n}`);
      return modern(0, ANN, 'subscriptions/listen', { notifications: { resourceSubscriptions } });
    };
    expect((await listen(2)).status).toBe(200);
    expect(await readAnswer(await listen(3))).toMatchObject({
      status: 429,
      reason: 'subscription_limit',
      body: { id: 9 },
    });
    const { session } = await initialize(0, ANN);
    const subscribe = async (n: number) => {
      const message = { jsonrpc: '2.0', id: n, method: 'resources/subscribe', params: { uri: `note://${n}` } };
      return readAnswer(await post(n % 2 ? 0 : 1, ANN, message, { 'mcp-session-id': session }));
    };
    expect([(await subscribe(1)).reason, (await subscribe(2)).reason]).toEqual([undefined, undefined]);
    expect((await subscribe(3)).reason).toBe('subscription_limit');
    expect(counted).toEqual(['subscription_limit', 'subscription_limit']);
  });

  it('of too many bytes or levels is counted too [limits.messages]', async () => {
    const { post, counted } = await start({ maxBodyBytes: 2000, maxDepth: 10 });
    expect(await readAnswer(await post(0, ANN, `"${'x'.repeat(3000)}"`))).toMatchObject({
      status: 413,
      reason: 'body_too_large',
    });
    expect(await readAnswer(await post(0, ANN, '['.repeat(20) + ']'.repeat(20)))).toMatchObject({
      status: 400,
      reason: 'body_too_deep',
    });
    expect(counted).toEqual(['body_too_large', 'body_too_deep']);
  });
});

describe('a full pod', () => {
  it('refuses what is new with 503 before it reads it, and nothing that it has accepted [limits.overload] [limits.resumes]', async () => {
    const { initialize, call, modern, listen, post, send, gate, counted } = await start({ maxCalls: 1 });
    const { session } = await initialize(0, ANN);
    const { session: other } = await initialize(0, EVE);
    const round = { name: 'round', arguments: {} };
    const { requestState } = (await readAnswer(await modern(1, ANN, 'tools/call', round))).body.result ?? {};
    const running = await call(0, ANN, session, 'wait');
    expect(running.status).toBe(200);

    const full = { status: 503, retryAfter: 1, reason: 'overloaded' };
    expect(await readAnswer(await modern(0, EVE, 'tools/call', quick))).toMatchObject({ ...full, body: { id: 9 } });
    expect(await readAnswer(await call(0, ANN, session, 'quick'))).toMatchObject({ ...full, body: { id: 7 } });
    expect(await readAnswer(await modern(0, EVE, 'tools/call', quick, 'x'.repeat(70_000)))).toMatchObject({
      ...full,
      body: { id: null },
    });
    expect(await readAnswer(await listen(0, EVE, other))).toMatchObject(full);
    expect(
      await readAnswer(await modern(0, ANN, 'tools/call', { ...round, requestState: `${String(requestState)}x` })),
    ).toMatchObject(full);
    expect(counted).toEqual(Array.from({ length: 5 }, () => 'overloaded'));

    const eventId = await firstEventId(running);
    const resumed = await listen(0, ANN, session, eventId);
    expect(resumed.status).toBe(200);
    const inputResponses = { q: { action: 'accept', content: { name: 'x' } } };
    const again = await readAnswer(await modern(0, ANN, 'tools/call', { ...round, requestState, inputResponses }));
    expect(JSON.stringify(again.body)).toContain('"done"');
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'x' } };
    expect((await post(0, ANN, cancelled, { 'mcp-session-id': session })).status).toBe(202);
    expect((await send(0, EVE, { method: 'DELETE', headers: { 'mcp-session-id': other } })).status).toBe(200);
    gate.resolve();
    expect(await resumed.text()).toContain('"done"');
    expect((await readAnswer(await modern(0, EVE, 'tools/call', quick))).status).toBe(200);
  });

  it('has room for so many streams, and for more of those that listen on other pods [limits.overload]', async () => {
    const { initialize, listen, modern } = await start({ maxStreams: 2, maxSubscriptions: 1 });
    const sessions = await Promise.all([0, 1, 2].map(() => initialize(0, ANN)));
    const [one = '', two = ''] = sessions.map(({ session }) => session);
    const listening = () => modern(0, EVE, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
    expect((await listening()).status).toBe(200);
    expect(await readAnswer(await listening())).toMatchObject({ status: 503, reason: 'overloaded', retryAfter: 1 });
    const standing = await listen(0, ANN, one);
    const eventId = await firstEventId(standing.clone());
    expect(await readAnswer(await listen(0, ANN, two))).toMatchObject({
      status: 503,
      reason: 'overloaded',
      retryAfter: 1,
    });
    expect((await listen(1, ANN, two)).status).toBe(200);
    expect((await listen(0, ANN, one, eventId)).status).toBe(200);
  });
});

it('the store learns neither the address nor the name of a caller [limits.address]', async () => {
  const store = createMemoryStore();
  const named: string[] = [];
  const take: typeof store.quotas.take = (caller, ...rest) => {
    named.push(caller);
    return store.quotas.take(caller, ...rest);
  };
  const { modern } = await start({ ratePerMinute: 60, store: { ...store, quotas: { ...store.quotas, take } } });
  for (const pod of [0, 1] as const) await modern(pod, { address: '203.0.113.7' }, 'tools/call', quick);
  expect(named).toEqual([expect.stringMatching(/^[\w-]{22}$/), named[0]]);
});

describe('without limits of callers and tenants', () => {
  it('nothing is asked of the store for them [limits.off]', async () => {
    const store = createMemoryStore();
    const forbidden = () => Promise.reject(new Error('asked'));
    const quotas = { take: forbidden, beginSession: forbidden, endSession: forbidden };
    const { initialize, call, modern, send } = await start({ store: { ...store, quotas } });
    const { session, status } = await initialize(0, ANN);
    expect(status).toBe(200);
    expect((await call(1, ANN, session, 'quick')).status).toBe(200);
    expect((await modern(0, { address: '' }, 'tools/call', quick)).status).toBe(200);
    expect((await initialize(1, { sub: 'bob', tenant: 'acme' })).status).toBe(200);
    expect((await send(0, ANN, { method: 'DELETE', headers: { 'mcp-session-id': session } })).status).toBe(200);
  });
});
