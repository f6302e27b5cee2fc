import { setTimeout as delay } from 'node:timers/promises';
import { startHaproxy } from '../../test/lib/haproxy.ts';
import type { Memory } from '../server/tools.ts';
import { openEventSocket } from './event-socket.ts';
import type { Finding, Study } from './finding.ts';
import { memoryOfPods } from './memory.ts';
import { percentile } from './percentiles.ts';
import { startStack } from './stack.ts';
import { connectWire, inParallel, inSession, type WireClient } from './wire.ts';

const STREAMS = { smoke: 1_000, other: 10_000 };
const NOTIFICATIONS = { smoke: 10, other: 60 };
const PERIOD_MS = 1_000;
const AT_ONCE = 100;
const RESOURCE = 'load://clock';

/** Standing streams over three pods, each told of every change; two balancers, since one process may not have so many connections. */
export const streams: Study = async ({ profile }) => {
  const size = profile === 'smoke' ? 'smoke' : 'other';
  const stack = await startStack({ pods: 3, redis: true, balancer: false });
  const balancers = [
    await startHaproxy({ pods: stack.pods, balance: 'roundrobin' }),
    await startHaproxy({ pods: stack.pods, balance: 'roundrobin' }),
  ];
  const clients = balancers.map(({ url }) => connectWire(url, AT_ONCE));
  const crowd = createCrowd();
  try {
    const sessions = await openSessions(clients, STREAMS[size]);
    const before = await memoryOfPods(stack.pods);
    await inParallel(sessions.entries(), AT_ONCE, ([index, session]) => {
      return crowd.join(balancers[index % balancers.length]?.port ?? 0, session);
    });
    await delay(1000);
    const after = await memoryOfPods(stack.pods);
    const perStream = {
      live: (after.live - before.live) / sessions.length,
      resident: (after.resident - before.resident) / sessions.length,
    };
    // Not through the balancer, which may take a busy pod for a dead one.
    const teller = connectWire(stack.pods[0]?.url ?? '', 1);
    clients.push(teller);
    await crowd.notify(teller, sessions[0] ?? '', NOTIFICATIONS[size]);
    return [found(STREAMS[size], NOTIFICATIONS[size], perStream, crowd)];
  } finally {
    crowd.close();
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(balancers.map((balancer) => balancer.stop()));
    await stack.stop();
  }
};

async function openSessions(clients: readonly WireClient[], count: number): Promise<string[]> {
  const sessions: string[] = [];
  await inParallel(Array.from({ length: count }).keys(), AT_ONCE, async (index) => {
    const client = clients[index % clients.length] as WireClient;
    const session = await client.open();
    await client.request(session, 'resources/subscribe', { uri: RESOURCE });
    sessions.push(session);
  });
  return sessions;
}

interface Crowd {
  join(port: number, session: string): Promise<void>;
  /** Has the resource updated so many times, at a rate, and waits until all have heard of it. */
  notify(client: WireClient, session: string, times: number): Promise<void>;
  readonly latencies: readonly number[];
  readonly open: number;
  /** Members that heard too much or too little. */
  wrong(times: number): number;
  close(): void;
}

function createCrowd(): Crowd {
  const sentAt: number[] = [];
  const heard: number[] = [];
  const latencies: number[] = [];
  const sockets: ReturnType<typeof openEventSocket>[] = [];
  return {
    latencies,
    get open() {
      return sockets.filter((socket) => socket.open).length;
    },
    async join(port, session) {
      const member = heard.push(0) - 1;
      const onMessage = () => {
        const number = heard[member] ?? 0;
        heard[member] = number + 1;
        const sent = sentAt[number];
        if (sent !== undefined) latencies.push(performance.now() - sent);
      };
      const socket = openEventSocket({ host: '127.0.0.1', port, path: '/mcp', headers: inSession(session), onMessage });
      sockets.push(socket);
      await socket.opened;
    },
    async notify(client, session, times) {
      for (let number = 0; number < times; number += 1) {
        const due = delay(PERIOD_MS);
        sentAt.push(performance.now());
        await client.call(session, 'touch', {});
        await due;
      }
      const all = times * heard.length;
      for (let waited = 0; latencies.length < all && waited < 100; waited += 1) await delay(100);
    },
    wrong: (times) => heard.filter((count) => count !== times).length,
    close() {
      for (const socket of sockets) socket.close();
    },
  };
}

function found(count: number, notifications: number, bytes: Memory, crowd: Crowd): Finding {
  return {
    study: 'streams',
    subject: `${count} standing streams over 3 pods, ${notifications} notifications to all, ${1000 / PERIOD_MS}/s`,
    values: {
      'delivery p50 ms': percentile(crowd.latencies, 0.5),
      'delivery p99 ms': percentile(crowd.latencies, 0.99),
      'KB in pods per stream': bytes.resident / 1024,
      'of it objects and buffers': bytes.live / 1024,
      'still open': crowd.open,
      delivered: crowd.latencies.length,
      'streams that missed or repeated': crowd.wrong(notifications),
    },
    promises: [
      { sentence: 'Every stream gets every notification once.', held: crowd.wrong(notifications) === 0 },
      {
        sentence: 'An open idle stream takes at most 15 KB in its pod.',
        held: Math.max(bytes.live, bytes.resident) <= 15 * 1024,
      },
    ],
  };
}
