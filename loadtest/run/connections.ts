import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding, Study } from './finding.ts';
import { percentile } from './percentiles.ts';
import { type Stack, startStack } from './stack.ts';
import { connectWire, inParallel, type WireClient } from './wire.ts';

const SESSIONS = 1_000;
const PODS = 3;
const SHARED = 64;
/** First the balancer gives back what the beginning of a thousand at once took. */
const SETTLE_SECONDS = 10;
const SECONDS = 6;
/** Of one session: a call is made every two seconds. */
const EVERY_MS = 2_000;
const MOST = 100;

/**
 * Connections that are open (the median) while 1,000 sessions call every two seconds: from a host that shares its own among all sessions, and from a thousand
 * clients with one each. Those of the clients are theirs; what the deployment has is counted at the pods and at Redis.
 */
export const connections: Study = async () => {
  return [
    await measure(`${SESSIONS} active sessions of one host, which shares ${SHARED} connections`, (url) => {
      const shared = connectWire(url, SHARED);
      return Array.from({ length: SESSIONS }, () => shared);
    }),
    await measure(`${SESSIONS} active sessions of as many clients`, (url) =>
      Array.from({ length: SESSIONS }, () => connectWire(url, 1)),
    ),
  ];
};

async function measure(subject: string, connect: (url: string) => WireClient[]): Promise<Finding> {
  const stack = await startStack({ pods: PODS, redis: true, balancer: true });
  const clients = connect(stack.url);
  try {
    const { counts, failed } = await whileActive(stack, clients);
    const median = (key: keyof Counts) =>
      percentile(
        counts.map((count) => count[key]),
        0.5,
      );
    const inside = median('pods') + median('redis');
    return {
      study: 'connections',
      subject,
      values: {
        'connections of clients': median('clients'),
        'connections to pods': median('pods'),
        'connections to Redis': median('redis'),
        'failed calls': failed,
        'most connections to pods': Math.max(...counts.map(({ pods }) => pods)),
      },
      promises: [
        { sentence: 'No call fails.', held: failed === 0 },
        { sentence: '1,000 active sessions need at most 100 connections at pods and Redis.', held: inside <= MOST },
      ],
    };
  } finally {
    await Promise.all([...new Set(clients)].map((client) => client.close()));
    await stack.stop();
  }
}

interface Counts {
  readonly clients: number;
  readonly pods: number;
  readonly redis: number;
}

/** Counts several times a second once all sessions have been active for a while. */
async function whileActive(
  stack: Stack,
  clients: readonly WireClient[],
): Promise<{ readonly counts: readonly Counts[]; readonly failed: number }> {
  const opened: { readonly client: WireClient; readonly session: string }[] = [];
  await inParallel(clients, SHARED, async (client) => void opened.push({ client, session: await client.open() }));
  const until = performance.now() + (SETTLE_SECONDS + SECONDS) * 1000;
  let failed = 0;
  const active = opened.map(async ({ client, session }, index) => {
    await delay((index / opened.length) * EVERY_MS);
    while (performance.now() < until) {
      await client.call(session, 'wait', { ms: 5 }).catch(() => {
        failed += 1;
      });
      await delay(EVERY_MS);
    }
  });
  await delay(SETTLE_SECONDS * 1000);
  const counts: Counts[] = [];
  while (performance.now() < until) {
    await delay(250);
    counts.push(countIn(stack));
  }
  await Promise.all(active);
  return { counts, failed };
}

function countIn({ url, pods, redisUrl }: Stack): Counts {
  const at = (address: string) => connectionsTo(Number(new URL(address).port));
  return {
    clients: at(url),
    pods: pods.reduce((sum, pod) => sum + at(pod.origin), 0),
    redis: at(redisUrl ?? ''),
  };
}

const ESTABLISHED = '01';

/** How many TCP connections to a port of this machine are open, as the side that listens counts them. Linux only. */
function connectionsTo(port: number): number {
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
    .filter((line) => isOpenOn(line, port)).length;
}

function isOpenOn(line: string, port: number): boolean {
  const [, local = '', , state] = line.trim().split(/\s+/);
  return state === ESTABLISHED && Number.parseInt(local.split(':')[1] ?? '', 16) === port;
}
