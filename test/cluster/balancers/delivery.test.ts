import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Balancer } from '../../lib/balancer-process.ts';
import { connectMode } from '../client-v2.ts';
import { eventually, settled } from '../settle.ts';
import { lastEventId, readStream } from '../stream-reader.ts';
import { type Message, messagesOf, openSession, post, textOf, type WireSession } from '../wire.ts';
import { BALANCERS, cleanUpAfterEach, later, useStage } from './stage.ts';

/** Several times less than what the balancer waits in silence. */
const HEARTBEAT_MS = 250;
const IDLE_MS = 2500;
const PIN = { pin: '2026-07-28' } as const;

const says = (text: string) => (message: Message) => message.params?.['data'] === text;

async function say(session: WireSession, url: URL, text: string): Promise<void> {
  await messagesOf(await session.call(url, `say ${text}`, 'say', { text }));
}

/** The status of a request whose Host header says something else than where it goes. */
async function statusFor(host: string, url: URL): Promise<number | undefined> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
  const headers = { host, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject).end(body);
  });
}

const stage = useStage({
  ANYPOD_HEARTBEAT: `${HEARTBEAT_MS}`,
  ANYPOD_UPGRADE_AFTER: '100',
  ANYPOD_ALLOWED_HOSTS: 'mcp.example,localhost,127.0.0.1',
});

describe.each(BALANCERS)('through $label as documented', ({ label, start }) => {
  cleanUpAfterEach();

  async function through(idleMs?: number): Promise<{ balancer: Balancer; url: URL }> {
    const balancer = await start({ pods: stage().pods, ...(idleMs === undefined ? {} : { idleMs }) });
    later(() => balancer.stop());
    return { balancer, url: new URL(balancer.url) };
  }

  test('each event arrives before the next is sent [http.balancer.unbuffered]', async () => {
    const { url } = await through();
    const session = await openSession(url);
    const standing = readStream(await session.listen(url));
    for (const text of ['one', 'two', 'three']) {
      await say(session, url, text);
      await settled(standing.until(says(text)), text);
    }
    await standing.cut();

    // Each question is asked only once the one before has been answered.
    const elicitation = () => ({ action: 'accept', content: { answer: 'yes' } });
    const legacy = await connectMode('legacy', { fetch: (_url, init) => fetch(url, init), answers: { elicitation } });
    expect(JSON.parse(await settled(legacy.call('two_rounds'), 'the questions'))).toHaveLength(2);
    await legacy.close();

    const heard: string[] = [];
    const on = { 'notifications/tools/list_changed': () => void heard.push('changed') };
    const modern = await connectMode(PIN, { fetch: (_url, init) => fetch(url, init), on });
    await modern.client.listen({ toolsListChanged: true });
    for (let count = 1; count <= 3; count += 1) {
      await modern.call('change_tools');
      await eventually(() => expect(heard).toHaveLength(count));
    }
    await modern.close();
  });

  test('a silent stream outlives the time that the balancer waits in silence, by its heartbeats [http.balancer.idle]', async () => {
    const { url } = await through(IDLE_MS);
    const session = await openSession(url);
    const standing = readStream(await session.listen(url));
    const modern = await connectMode(PIN, { fetch: (_url, init) => fetch(url, init) });
    const [legacyCall, jsonCall] = await Promise.allSettled([
      session.call(url, 1, 'slow', { steps: 1, ms: 2 * IDLE_MS }).then(messagesOf),
      modern.call('slow', { steps: 1, ms: 2 * IDLE_MS }),
    ]);
    expect(legacyCall.status === 'fulfilled' && textOf(legacyCall.value.at(-1))).toBe('1 steps');
    await say(session, url, 'still here');
    await settled(standing.until(says('still here')), 'the message');
    // That the balancer does cut in this time: an answer in JSON has no heartbeats.
    expect(jsonCall).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('504') } });
    await Promise.all([standing.cut(), modern.close()]);
  });

  test('a client that goes away cancels its call if it speaks 2026, and may come back for it if it does not [http.balancer.abort] [modern.disconnect.cancels] [legacy.disconnect.keeps-running]', async () => {
    const { url } = await through();
    const modern = await connectMode(PIN, { fetch: (_url, init) => fetch(url, init) });
    const stop = new AbortController();
    const call = expect(
      modern.call('wait_cancel', { key: `${label} modern` }, { signal: stop.signal }),
    ).rejects.toThrow();
    await eventually(() => expect(stage().journal(`${label} modern`, 'started')).toHaveLength(1));
    stop.abort('enough');
    await call;
    await eventually(() => expect(stage().journal(`${label} modern`, 'aborted')).toHaveLength(1));
    await modern.close();

    const session = await openSession(url);
    const first = readStream(
      await session.call(url, 1, 'slow', { steps: 8, ms: 100, key: `${label} legacy` }, 'token'),
    );
    await settled(
      first.until(({ params }) => params?.['progress'] === 2),
      'the second step',
    );
    await first.cut();
    const rest = await readStream(await session.listen(url, lastEventId(first.events))).rest();
    expect(rest.map(({ params, id }) => params?.['progress'] ?? id)).toEqual([3, 4, 5, 6, 7, 8, 1]);
    expect(stage().journal(`${label} legacy`, 'finished')).toHaveLength(1);
  });

  test('a large body arrives, and one that is too large gets the error that says so [http.balancer.body]', async () => {
    const { url } = await through();
    const session = await openSession(url);
    const text = 'x'.repeat(4 * 1024 * 1024 - 1024);
    const [answer] = await messagesOf(await session.call(url, 1, 'echo', { text }));
    expect(textOf(answer)).toHaveLength(text.length);
    const refused = await post(
      url,
      { jsonrpc: '2.0', id: 2, method: 'ping', params: { text: `${text}${text}` } },
      session.headers,
    );
    expect(refused.status).toBe(413);
    expect(await messagesOf(refused)).toMatchObject([{ error: { message: expect.stringContaining('bytes') } }]);
  });

  test('pods are told which host the client asked for [http.balancer.host]', async () => {
    const { url } = await through();
    expect(await statusFor('mcp.example', url)).toBe(400);
    expect(await statusFor('other.example', url)).toBe(403);
  });

  test('a reload of the balancer ends neither a stream nor a call [http.balancer.reload]', async () => {
    const { balancer, url } = await through();
    const session = await openSession(url);
    const standing = readStream(await session.listen(url));
    const call = readStream(await session.call(url, 1, 'slow', { steps: 20, ms: 100 }, 'token'));
    await call.next();
    await balancer.reload();
    // Not through the balancer: nginx closes connections that are idle when it is reloaded, whatever is on its way on them.
    await say(session, new URL(stage().pods[0]?.url ?? ''), 'reloaded');
    await settled(standing.until(says('reloaded')), 'the message');
    expect(textOf((await call.rest()).at(-1))).toBe('20 steps');
    await standing.cut();
  });
});
