import { profileNamed } from '../lib/profiles.ts';
import type { Finding, Judged, Study } from './finding.ts';
import { beyond, each, meterRedis, type RedisMeter, type RedisUse } from './redis-meter.ts';
import { createVisitors, type Visitors } from './redis-visitors.ts';
import { startStack } from './stack.ts';

const SESSIONS_AT_MOST = 20_000;
/** Streams are longer than sessions are quick. */
const STREAMS_PER_SESSION = 0.1;
const EVENTS = 50;
/** So many sessions a pod surely still has of those that were just used. */
const WARM = 500;
/** Many calls, against what pods do at times of their own. */
const ROUNDS = 8;
/** The fullest of three nodes over their mean, for thousands of keys. */
const EVEN = 1.1;

/**
 * What each thing that clients do costs Redis: CPU, commands, bytes. On one server and on a Cluster, whose nodes divide it: what a plan for
 * many sessions is made of.
 */
export const redisCosts: Study = async ({ profile }) => {
  const count = Math.min(profileNamed(profile).sessions, SESSIONS_AT_MOST);
  return [...(await costsOf('one server', true, count)), ...(await costsOf('Cluster of 3', 'cluster', count))];
};

async function costsOf(name: string, redis: true | 'cluster', count: number): Promise<Finding[]> {
  const stack = await startStack({ pods: 2, redis, balancer: false });
  const visitors = createVisitors(stack);
  try {
    await visitors.warmUp();
    const meter = await meterRedis(stack.redisNodes);
    try {
      const rows = [...(await sessionCosts(meter, visitors, count)), ...(await streamCosts(meter, visitors, count))];
      const findings = rows.map(({ what, use, promises = [] }) => ({
        study: 'redis',
        subject: `${name} · ${what}`,
        values: valuesOf(use),
        promises,
      }));
      return redis === 'cluster' ? [...findings, await spread(meter, count)] : findings;
    } finally {
      meter.close();
    }
  } finally {
    await visitors.close();
    await stack.stop();
  }
}

interface Row {
  readonly what: string;
  readonly use: RedisUse;
  readonly promises?: readonly Judged[];
}

async function sessionCosts(meter: RedisMeter, visitors: Visitors, count: number): Promise<Row[]> {
  const opened = await meter.of(() => visitors.openSessions(count));
  const cold = await meter.of(() => visitors.callOnce());
  const warm = each(await meter.of(() => repeat(ROUNDS, () => visitors.callOnce(WARM))), ROUNDS * WARM);
  const touched = await meter.of(() => visitors.touch());
  return [
    { what: 'at rest with two pods, for a second', use: meter.idle },
    { what: 'a session opened', use: each(opened, count) },
    { what: 'a call in a session that the pod does not know yet', use: each(cold, count) },
    {
      what: 'a call in a session that it knows',
      use: warm,
      promises: [
        { sentence: 'A call in a session that the pod knows needs no command to Redis.', held: warm.commands < 0.05 },
      ],
    },
    { what: 'a session touched, ten times in its lifetime at most', use: each(touched, count) },
  ];
}

async function repeat(times: number, work: () => Promise<void>): Promise<void> {
  for (let round = 0; round < times; round += 1) await work();
}

async function streamCosts(meter: RedisMeter, visitors: Visitors, count: number): Promise<Row[]> {
  const streams = Math.ceil(count * STREAMS_PER_SESSION);
  const short = each(await meter.of(() => visitors.stream(streams, 1)), streams);
  const long = each(await meter.of(() => visitors.stream(streams, 1 + EVENTS)), streams);
  const resumed = each(await meter.of(() => visitors.streamElsewhere(streams, 1 + EVENTS)), streams);
  const asked = each(await meter.of(() => visitors.ask(streams)), streams);
  const ended = each(await meter.of(() => visitors.endSessions(streams)), streams);
  const appended = each(beyond(long, short), EVENTS);
  return [
    { what: 'a stream opened, with one event and a response', use: short },
    { what: 'an event appended', use: appended },
    { what: 'an event appended and forwarded to another pod', use: each(beyond(resumed, short), EVENTS) },
    { what: 'a call that asks, answered on the other pod', use: asked },
    { what: 'a session ended, with its streams', use: ended },
  ];
}

function valuesOf({ cpuUs, commands, keptBytes, networkBytes }: RedisUse): Finding['values'] {
  return {
    'CPU µs of Redis': cpuUs,
    commands,
    'bytes kept': keptBytes,
    'bytes over the network': networkBytes,
  };
}

/** Sessions are the unit that nodes divide: no key of a session is on another node than the rest, and no node has more than its part. */
async function spread(meter: RedisMeter, count: number): Promise<Finding> {
  const keys = await meter.keys();
  const all = keys.reduce((sum, one) => sum + one, 0);
  const fullest = Math.max(...keys) / (all / keys.length);
  const perNode = Object.fromEntries(keys.map((one, index) => [`keys on node ${index + 1}`, one]));
  return {
    study: 'redis',
    subject: `Cluster of 3 · keys of ${count} sessions`,
    values: { ...perNode, 'fullest / mean': fullest },
    promises: [{ sentence: 'Sessions spread evenly over the nodes of a Cluster.', held: fullest <= EVEN }],
  };
}
