import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { choosing, type FetchLike } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually, settled } from './settle.ts';
import { lastEventId, readStream, type StreamReader } from './stream-reader.ts';
import { type Message, messagesOf, openSession, post, type WireSession } from './wire.ts';

const RETRY_MS = 100;
const deployment = useDeployment({ env: { ANYPOD_RETRY: `${RETRY_MS}` } });

let redis: Redis | undefined;
beforeAll(() => {
  redis = new Redis(deployment.redisUrl);
});
afterAll(() => redis?.disconnect());

const isMessage = (message: Message) => message.method === 'notifications/message';
const says = (text: string) => (message: Message) => isMessage(message) && message.params?.['data'] === text;

async function say(session: WireSession, pod: URL, text: string): Promise<void> {
  await messagesOf(await session.call(pod, `say-${text}`, 'say', { text }));
}

/** What a stream has carried so far of what the server said. */
function heardOn({ events }: StreamReader): unknown[] {
  const messages = events.filter(({ data }) => data !== '').map(({ data }) => JSON.parse(data) as Message);
  return messages.filter(isMessage).map(({ params }) => params?.['data']);
}

/** The client goes, and its pod has noticed. */
async function leave(session: WireSession, stream: StreamReader): Promise<void> {
  await stream.cut();
  await eventually(async () => expect(await redis?.hget(`anypod:v1:session:{${session.id}}`, 'hc')).toBeNull());
}

describe('a GET without an event id', () => {
  test.each(['2025-06-18', '2025-11-25'])(
    '%s: the first one begins at the start [legacy.standing.begins]',
    async (version) => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a, { version });
      for (const [index, pod] of [a, b, c].entries()) await say(session, pod, `early-${index}`);
      const stream = readStream(await session.listen(b));
      await say(session, c, 'late');
      await settled(stream.until(says('late')), 'the last message');
      expect(heardOn(stream)).toEqual(['early-0', 'early-1', 'early-2', 'late']);
      await leave(session, stream);
    },
  );

  test('brings a question that the server asked before it, and the answer arrives [legacy.standing.begins]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    await messagesOf(await session.call(c, 1, 'ask_by_itself', { key: 'early-question' }));
    const stream = readStream(await session.listen(b));
    const { id } = await settled(
      stream.until(({ method }) => method === 'elicitation/create'),
      'the question',
    );
    await post(a, { jsonrpc: '2.0', id, result: { action: 'decline' } }, session.headers);
    await eventually(() => expect(deployment.journal('early-question', 'decline')).toHaveLength(1));
    await leave(session, stream);
  });

  test('brings a change that was told before it [legacy.standing.begins] [legacy.subscribe.everywhere]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const uri = 'note://early';
    await messagesOf(await session.send(b, { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri } }));
    await messagesOf(await session.call(c, 2, 'touch', { uri }));
    const stream = readStream(await session.listen(b));
    await settled(
      stream.until(({ method, params }) => method === 'notifications/resources/updated' && params?.['uri'] === uri),
      'the update',
    );
    await leave(session, stream);
  });

  test.each(['2025-06-18', '2025-11-25'])(
    '%s: a later one begins with what no other has had [legacy.standing.begins]',
    async (version) => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a, { version });
      const first = readStream(await session.listen(a));
      await say(session, b, 'first');
      await settled(first.until(says('first')), 'the first message');
      await leave(session, first);
      await say(session, c, 'between');
      const second = readStream(await session.listen(c));
      await say(session, a, 'second');
      await settled(second.until(says('second')), 'the last message');
      expect(heardOn(second)).toEqual(['between', 'second']);
      await leave(session, second);
    },
  );

  test('that ends with an event id goes on from there, also after others without [legacy.standing.begins]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const first = readStream(await session.listen(a));
    await say(session, b, 'one');
    await settled(first.until(says('one')), 'the first message');
    const id = lastEventId(first.events);
    await leave(session, first);
    await say(session, b, 'two');
    const second = readStream(await session.listen(c));
    await settled(second.until(says('two')), 'the second message');
    await leave(session, second);
    const third = readStream(await session.listen(b, id));
    await say(session, a, 'three');
    await settled(third.until(says('three')), 'the third message');
    expect(heardOn(third)).toEqual(['two', 'three']);
    await leave(session, third);
    const fourth = readStream(await session.listen(a));
    await say(session, a, 'four');
    await settled(fourth.until(says('four')), 'the fourth message');
    expect(heardOn(fourth)).toEqual(['four']);
    await leave(session, fourth);
  });
});

describe('two clients with one session', () => {
  test.each([
    ['on one pod', 0, 0],
    ['on two pods', 0, 1],
  ])('%s: who is replaced is told to wait longer each time [legacy.standing.shared]', async (_where, one, two) => {
    const pods = [deployment.pods[one], deployment.pods[two]] as const;
    const session = await openSession(deployment.pods[0]);
    let holder = readStream(await session.listen(pods[0] as URL));
    const waits: unknown[] = [];
    const primed: unknown[] = [];
    for (let turn = 1; turn <= 12; turn += 1) {
      const older = holder;
      const rest = older.rest();
      holder = readStream(await session.listen(pods[turn % 2] as URL));
      primed.push((await holder.next())?.retry);
      await settled(rest, 'the older stream');
      waits.push(older.events.at(-1)?.retry);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000]);
    expect(new Set(primed), 'who comes is told what it is always told').toEqual(new Set([RETRY_MS]));
    await leave(session, holder);
  });

  test('a client that leaves and comes back makes nobody wait [legacy.standing.shared]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    for (let turn = 0; turn < 5; turn += 1) {
      const stream = readStream(await session.listen(a));
      await stream.next();
      await leave(session, stream);
    }
    const older = readStream(await session.listen(a));
    const rest = older.rest();
    const newer = readStream(await session.listen(b));
    await settled(rest, 'the older stream');
    expect(older.events.at(-1)?.retry).toBe(RETRY_MS);
    await newer.next();
    await leave(session, newer);
  });

  test('the official ones both live and hear everything, in ever longer turns [legacy.standing.shared]', async () => {
    const times: number[] = [];
    let shared: string | null = null;
    /** All clients after the first take its session, whatever they are given. */
    const inOneSession = (pod: number): FetchLike => {
      const choose = choosing(deployment.pods, () => pod);
      return async (url, init) => {
        const headers = new Headers(init?.headers);
        if (headers.has('mcp-session-id') && shared !== null) headers.set('mcp-session-id', shared);
        if (init?.method === 'GET') times.push(performance.now());
        const response = await choose(url, { ...init, headers });
        shared ??= response.headers.get('mcp-session-id');
        return response;
      };
    };
    const heard = OFFICIAL_CLIENTS.map(() => [] as unknown[]);
    const clients = [];
    for (const [index, { connect }] of OFFICIAL_CLIENTS.entries()) {
      const on = {
        'notifications/message': (params: Record<string, unknown>) => void heard[index]?.push(params['data']),
      };
      clients.push(await connect({ fetch: inOneSession(index), on }));
    }
    await eventually(() => expect(times.length).toBeGreaterThanOrEqual(7));
    // The turns between took 100, 200, 400 and 800 ms at least: never a storm, however fast the machine.
    expect((times[6] ?? 0) - (times[1] ?? 0)).toBeGreaterThan(1400);
    await clients[0]?.call('say', { text: 'to both' });
    await eventually(() => expect(heard.map((texts) => texts.includes('to both'))).toEqual([true, true]));
    for (const client of clients) expect(await client.call('echo', { text: 'alive' })).toBe('alive');
    expect(heard.flat().filter((text) => text === 'to both')).toHaveLength(2);
    await Promise.all(clients.map((client) => client.close()));
  });
});
