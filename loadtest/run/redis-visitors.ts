import { createRedisStore } from 'anypod/redis';
import { Cluster, Redis } from 'ioredis';
import { lastEventId, readStream } from '../../test/cluster/stream-reader.ts';
import { type Message, sessionOf, type WireSession } from '../../test/cluster/wire.ts';
import type { Stack } from './stack.ts';
import { connectWire, inParallel, type WireClient } from './wire.ts';

const AT_ONCE = 32;
const EVENT_MS = 10;
const VERSION = '2025-11-25';
const ASKABLE = { elicitation: { form: {} } };

/** Does to two pods what clients do, so many times, and nothing else. */
export interface Visitors {
  /** What the first of all cost once. */
  warmUp(): Promise<void>;
  /** Opened on the first pod, and kept for the rest. */
  openSessions(count: number): Promise<void>;
  /** Calls on the other pod in each of the sessions, or the last so many of them. */
  callOnce(last?: number): Promise<void>;
  /** Renews each, as a pod does that answers from its cache. */
  touch(): Promise<void>;
  /** Streams of so many events on the first pod, in the last so many of the sessions. */
  stream(count: number, events: number): Promise<void>;
  /** The same, but the connection is cut after an event and the rest read from the other pod. */
  streamElsewhere(count: number, events: number): Promise<void>;
  /** Calls that ask their client, who answers on the other pod. */
  ask(count: number): Promise<void>;
  /** Ends the last so many of the sessions. */
  endSessions(count: number): Promise<void>;
  close(): Promise<void>;
}

export function createVisitors({ pods, redisUrl, redisNodes }: Stack): Visitors {
  const [one, other] = pods.map(({ url }) => new URL(url)) as [URL, URL];
  const clients = [one, other].map((url) => connectWire(url.href, AT_ONCE)) as [WireClient, WireClient];
  const sessions: string[] = [];
  const inLast = (count: number, work: (session: WireSession) => Promise<void>) =>
    inParallel(sessions.slice(-count), AT_ONCE, (id) => work(sessionOf(id, VERSION)));
  const visitors: Visitors = {
    async warmUp() {
      await visitors.openSessions(200);
      await visitors.callOnce();
      await visitors.stream(50, 3);
      await visitors.streamElsewhere(20, 10);
      await visitors.ask(20);
      await visitors.endSessions(20);
      sessions.length = 0;
    },
    async openSessions(count) {
      await inParallel(Array.from({ length: count }), AT_ONCE, async () => {
        sessions.push(await clients[0].open(ASKABLE));
      });
    },
    callOnce: (last = sessions.length) =>
      inParallel(sessions.slice(-last), AT_ONCE, async (session) => {
        await clients[1].call(session, 'wait', { ms: 0 });
      }),
    touch: () => touchAll(redisUrl ?? '', redisNodes, sessions),
    stream: (count, events) =>
      inParallel(sessions.slice(-count), AT_ONCE, async (session) => {
        const params = { name: 'count', arguments: { events, ms: EVENT_MS }, _meta: { progressToken: 1 } };
        await clients[0].request(session, 'tools/call', params);
      }),
    streamElsewhere: (count, events) => inLast(count, (session) => cutAndResume(session, one, other, events)),
    ask: (count) => inLast(count, (session) => askAndAnswer(session, one, other)),
    endSessions: (count) => inParallel(sessions.splice(-count), AT_ONCE, (session) => clients[0].end(session)),
    async close() {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
  return visitors;
}

async function cutAndResume(session: WireSession, one: URL, other: URL, events: number): Promise<void> {
  const began = readStream(await session.call(one, 1, 'count', { events, ms: EVENT_MS }, 'numbers'));
  await began.until(({ method }) => method === 'notifications/progress');
  const from = lastEventId(began.events);
  await began.cut();
  await readStream(await session.listen(other, from)).until(({ result }) => result !== undefined);
}

async function askAndAnswer(session: WireSession, one: URL, other: URL): Promise<void> {
  const call = readStream(await session.call(one, 1, 'elicit'));
  const question: Message = await call.until(({ method }) => method === 'elicitation/create');
  const result = { action: 'accept', content: { answer: 'this' } };
  await session.send(other, { jsonrpc: '2.0', id: question.id, result });
  await call.until(({ result: answer }) => answer !== undefined);
}

/** Over the very store that pods have, with a connection like theirs. */
async function touchAll(url: string, nodes: Stack['redisNodes'], sessions: readonly string[]): Promise<void> {
  const addresses = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  const client = nodes.length > 1 ? new Cluster(addresses) : new Redis(url);
  const store = createRedisStore(client);
  try {
    await inParallel(sessions, AT_ONCE, async (session) => {
      if (!(await store.sessions.touch(session))) throw new Error('a session is gone');
    });
  } finally {
    await store.close();
    client.disconnect();
  }
}
