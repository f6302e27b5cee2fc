import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { messagesOf, openSession, post, sessionOf, textOf, type WireSession } from '../cluster/wire.ts';
import { limitedIn, manyTimes, outcome } from './attempts.ts';
import { bearer, useProtected } from './protected.ts';
import { openHalf, statusesIn } from './raw.ts';

/** `make abuse` tries as often as an attacker would. In `make test`, the limits are as low and the attempts as few as shows the same. */
const LONG = process.env['ABUSE_LONG'] === 'true';
const SESSIONS = LONG ? 100_000 : 600;
const STREAMS = LONG ? 10_000 : 300;
const SLOW = LONG ? 2000 : 150;
const BURST = LONG ? 50_000 : 500;
const SLOW_MS = 3000;

const deployment = useProtected({
  ANYPOD_CALLER_SESSIONS: '50',
  ANYPOD_CALLER_STREAMS: '20',
  ANYPOD_CALLER_CALLS: '100',
  ANYPOD_MAX_CALLS: '300',
  // So that a busy machine does not make the pod refuse calls before it is full; see `pressure.test.ts`.
  ANYPOD_MAX_LOOP_DELAY: '0',
  ANYPOD_RATE: '1',
  ANYPOD_RATE_BURST: `${BURST}`,
  ANYPOD_REQUEST_TIMEOUT: `${SLOW_MS}`,
});

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
};

let redis: Redis;
beforeAll(() => {
  redis = new Redis(deployment.redisUrl);
});
afterAll(() => redis.disconnect());

const limited = async (reason: string) => limitedIn(await deployment.metrics(), reason);
const pod = (index: number): URL => deployment.urls[index % 2] as URL;

/** The resident memory of both pods, in bytes. */
async function memory(): Promise<number> {
  const sizes = (await deployment.metrics()).matchAll(/^process_memory_usage(?:\{[^}]*\})? (\S+)/gm);
  return [...sizes].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

/** The requests on both pods whose answers are not complete. */
async function inFlight(): Promise<number> {
  const counts = (await deployment.metrics()).matchAll(/^anypod_requests_in_flight(?:\{[^}]*\})? (\S+)/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Somebody else is served on both pods, in both eras. */
async function expectOthersServed(): Promise<void> {
  const headers = bearer(await deployment.token({ sub: 'ann' }));
  const session = await openSession(pod(0), { headers });
  for (const each of deployment.urls) {
    const [called] = await messagesOf(await session.call(each, 1, 'echo', { text: 'x' }));
    expect(textOf(called)).toBe('x');
    expect((await postModern(each, 'tools/call', { name: 'echo', arguments: { text: 'x' } }, headers)).status).toBe(
      200,
    );
    expect((await fetch(new URL('/livez', each))).status).toBe(200);
  }
  await session.end(pod(1));
}

describe('one caller', () => {
  test(`that creates ${SESSIONS} sessions gets 50, and Redis and the pods stay as they are [limits.exhaustion] [limits.sessions]`, async () => {
    const headers = bearer(await deployment.token({ sub: 'mallory' }));
    const [keys, bytes] = [await redis.dbsize(), await memory()];
    const seen = await manyTimes(SESSIONS, 20, async (index) => outcome(await post(pod(index), initialize, headers)));
    expect(seen.of('ok'), JSON.stringify(seen.all)).toBe(50);
    expect(seen.of('429 session_limit') + seen.of('429 rate_limit')).toBe(SESSIONS - 50);
    expect((await redis.dbsize()) - keys).toBeLessThan(60);
    expect((await memory()) - bytes).toBeLessThan(200 * 1024 * 1024);
    expect((await limited('session_limit')) + (await limited('rate_limit'))).toBe(SESSIONS - 50);
    await expectOthersServed();
  });

  test('that calls as fast as it can gets the burst exactly, on both pods together [limits.exhaustion] [limits.rate]', async () => {
    const headers = bearer(await deployment.token({ sub: 'oscar' }));
    const seen = await manyTimes(BURST + 200, 20, async (index) =>
      outcome(await postModern(pod(index), 'tools/list', {}, headers)),
    );
    // A minute of a slow machine earns another one. If Redis was slower than that, the pods have limited alone, and the log says so.
    const pods = deployment.logs().includes('each pod limits them alone') ? 2 : 1;
    expect(seen.of('ok'), JSON.stringify(seen.all)).toBeGreaterThanOrEqual(BURST);
    expect(seen.of('ok')).toBeLessThan(pods * BURST + 10);
    expect(seen.of('ok') + seen.of('429 rate_limit')).toBe(BURST + 200);
    await expectOthersServed();
  });

  test(`that opens ${STREAMS} streams has 20 on each pod, of whatever kind [limits.exhaustion] [limits.streams]`, async () => {
    const bytes = await memory();
    const open: Response[] = [];
    const agents = await Promise.all(['trudy'].map(async (sub) => bearer(await deployment.token({ sub }))));
    const [headers = {}] = agents;
    const sessions = await Promise.all(
      Array.from({ length: 30 }, () => openSession(pod(0), { headers: headers as Record<string, string> })),
    );
    const seen = await manyTimes(STREAMS, 20, async (index) => {
      const session = sessions[index % 30];
      const response =
        index % 3 === 0 && session !== undefined
          ? await session.listen(pod(index))
          : await postModern(
              pod(index),
              'subscriptions/listen',
              { notifications: { toolsListChanged: true } },
              headers as never,
            );
      if (!response.ok) return outcome(response);
      open.push(response);
      return 'ok';
    });
    // A standing stream that another connection of its session replaces makes room for one more.
    expect(seen.of('ok'), JSON.stringify(seen.all)).toBeGreaterThanOrEqual(40);
    expect(seen.of('ok') + seen.of('429 stream_limit') + seen.of('429 rate_limit')).toBe(STREAMS);
    const opened = [
      ...(await deployment.metrics()).matchAll(/^anypod_streams_open\{[^}]*kind="(?:standing|listen)"[^}]*\} (\S+)/gm),
    ];
    expect(opened.reduce((sum, [, count]) => sum + Number(count), 0)).toBeLessThanOrEqual(40);
    expect((await memory()) - bytes).toBeLessThan(200 * 1024 * 1024);
    await expectOthersServed();
    await Promise.all(open.map((response) => response.body?.cancel().catch(() => undefined)));
    const eve = bearer(await deployment.token({ sub: 'trudy' }));
    const mine = sessionOf(sessions[0]?.id ?? '', '2025-11-25', {}, eve);
    await eventually(async () => {
      const again = await mine.listen(pod(0));
      await again.body?.cancel();
      expect(again.status).toBe(200);
    });
  });

  test('that leaves its calls running gets 100, and may still cancel them [limits.exhaustion] [limits.calls]', async () => {
    const headers = bearer(await deployment.token({ sub: 'walter' }));
    const session = await openSession(pod(0), { headers });
    const statuses = await Promise.all(
      Array.from({ length: 150 }, async (_, id) =>
        outcome(await session.call(pod(0), id, 'slow', { steps: 40, ms: 50 }, `t${id}`)),
      ),
    );
    expect(statuses.filter((what) => what === 'ok')).toHaveLength(100);
    expect(statuses.filter((what) => what === '429 call_limit')).toHaveLength(50);
    const cancel = (requestId: number) =>
      session.send(pod(0), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    expect((await cancel(0)).status).toBe(202);
    await expectOthersServed();
    await eventually(async () => expect((await session.send(pod(0), ping)).status).toBe(200));
  });
});

describe('many callers', () => {
  test('that fill one pod get 503 there, while it answers probes and goes on with what it has accepted [limits.exhaustion] [limits.overload]', async () => {
    // Calls of the tests before would take room now, and give it back later.
    await eventually(async () => expect(await inFlight()).toBe(0));
    const sessions = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (sub) =>
        openSession(pod(0), { headers: bearer(await deployment.token({ sub })) }),
      ),
    );
    const [first, second] = sessions as [WireSession, WireSession];
    const running = await Promise.all(
      sessions.flatMap((session) =>
        Array.from({ length: 76 }, (_, id) => session.call(pod(0), id, 'slow', { steps: 1, ms: 120_000 }, `t${id}`)),
      ),
    );
    expect(new Set(running.map(({ status }) => status))).toEqual(new Set([200, 503]));
    const ann = bearer(await deployment.token());
    const refused = await post(pod(0), initialize, ann);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ jsonrpc: '2.0', id: 1, error: { data: { reason: 'overloaded' } } });
    for (const probe of ['/livez', '/readyz', '/startupz'])
      expect((await fetch(new URL(probe, pod(0)))).status).toBe(200);
    expect((await post(pod(1), initialize, ann)).status).toBe(200);

    const stream = readStream(running[0] as Response);
    await stream.next();
    const resumed = await first.listen(pod(0), lastEventId(stream.events));
    expect(resumed.status).toBe(200);
    await resumed.body?.cancel();
    expect(
      (await first.send(pod(0), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }))
        .status,
    ).toBe(202);
    expect((await second.end(pod(0))).status).toBe(200);
    await Promise.all(running.map((response) => response.body?.cancel().catch(() => undefined)));
    for (const session of [first, ...sessions.slice(2)]) expect((await session.end(pod(0))).status).toBe(200);
    await eventually(async () => expect((await post(pod(0), initialize, ann)).status).toBe(200));
  });
});

describe('a client that is slow', () => {
  test(`in ${SLOW} headers and bodies at once is cut off with 408, and others notice nothing [limits.exhaustion] [limits.messages]`, async () => {
    const authorization = `Authorization: Bearer ${await deployment.token({ sub: 'sloth' })}`;
    const head = ['POST /mcp HTTP/1.1', 'Host: 127.0.0.1', authorization];
    const half = [...head, 'X-Slow: '].join('\r\n');
    const body = [
      ...head,
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      'Content-Length: 1000',
      '',
      '{',
    ].join('\r\n');
    const connections = Array.from({ length: SLOW }, (_, index) => {
      const { port } = deployment.pods[index % 2] as { port: number };
      return openHalf(port, index % 4 < 2 ? half : body);
    });
    // They send a byte now and then, as slowloris does, so that no timeout of an idle connection helps.
    const dripping = setInterval(() => {
      for (const { socket } of connections) if (socket.writable) socket.write('a');
    }, 500);
    // While they all arrive at once, the pod may be full for a moment.
    await eventually(expectOthersServed);
    const answers = await Promise.all(connections.map(({ answer }) => answer));
    clearInterval(dripping);
    const statuses = answers.map((answer) => statusesIn(answer).join());
    // At full length, these are more bodies than one caller may send at a time.
    expect(new Set(statuses)).toEqual(new Set(LONG ? ['408', '429'] : ['408']));
    expect(statuses.filter((status) => status === '408').length).toBeGreaterThanOrEqual(SLOW / 2);
    for (const answer of answers) expect(answer).toContain('"jsonrpc":"2.0"');
    await expectOthersServed();
  });

  test('in reading its answer holds back no other [limits.exhaustion]', async () => {
    const token = await deployment.token({ sub: 'sloth' });
    const text = 'x'.repeat(1024 * 1024);
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text } } };
    const session = await openSession(pod(0), { headers: bearer(token) });
    const body = JSON.stringify(call);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...session.headers,
    };
    const unread = Array.from({ length: 20 }, (_, index) => {
      const sent = request(
        { port: deployment.pods[0].port, path: '/mcp', method: 'POST', headers, agent: false },
        (response) => response.pause(),
      );
      sent.on('error', () => undefined).end(body.replace('"id":1', `"id":${index}`));
      return sent;
    });
    await delay(200);
    await expectOthersServed();
    for (const sent of unread) sent.destroy();
  });
});
