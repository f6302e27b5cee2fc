import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { RedisServer } from '../../../test/lib/redis-server.ts';
import type { Finding } from '../finding.ts';
import { connectWire, inParallel } from '../wire.ts';
import type { Crowd } from './crowd.ts';
import type { Deployment } from './deployment.ts';
import { underCalls, valuesOf } from './replacement.ts';

const LOOK_MS = 200;
const PROMOTED_WITHIN_MS = 120_000;
/** Calls go on for so long after the replica has taken over: pods must have found it. ms. */
const AFTERWARDS_MS = 10_000;
const STREAMS_WITHIN_MS = 60_000;
const AT_ONCE = 32;
const CHECKED = 3000;

/** Kills a master, waits until its replica serves its slots, and looks for what is lost. */
export async function failOverMaster(
  deployment: Deployment,
  crowd: Crowd,
  sessions: readonly string[],
): Promise<Finding> {
  const streams = (await crowd.look()).open;
  const victim = deployment.masters[0] as RedisServer;
  const keysBefore = await keysOf(victim);
  const times = { killedAt: 0, promotedAt: 0 };
  const promoted: { keys: number; open: boolean } = { keys: 0, open: false };
  const tally = await underCalls(deployment, sessions, async () => {
    await delay(AFTERWARDS_MS);
    victim.process.signal('SIGKILL');
    times.killedAt = performance.now();
    const replica = await promotedOf(deployment.replicas);
    times.promotedAt = performance.now();
    deployment.promoted(victim, replica);
    promoted.keys = await keysOf(replica);
    await delay(AFTERWARDS_MS);
    promoted.open = await crowd.until(({ open }) => open === streams, STREAMS_WITHIN_MS);
  });
  const lost = await unanswered(deployment, sessions.slice(-CHECKED));
  const outageMs = (tally.lastFailureAt ?? times.killedAt) - times.killedAt;
  return {
    study: 'scale',
    subject: 'one master killed; its replica takes over after the node timeout of 15 s',
    values: {
      'seconds until the replica was master': (times.promotedAt - times.killedAt) / 1000,
      'seconds until the last call that was refused': outageMs / 1000,
      ...valuesOf(tally),
      'keys of the master': keysBefore,
      'keys of the replica that took over': promoted.keys,
      'sessions checked afterwards': Math.min(CHECKED, sessions.length),
      'of them lost': lost,
      'streams that came back': (await crowd.absences()).length,
    },
    promises: [
      { sentence: 'Every session answers after the failover.', held: lost === 0 },
      { sentence: 'Calls are answered or get 503, which says when to try again.', held: tally.failed === 0 },
      { sentence: 'Every stream is open after the failover.', held: promoted.open },
    ],
  };
}

async function keysOf({ port }: RedisServer): Promise<number> {
  return ask(port, (redis) => redis.dbsize());
}

async function promotedOf(replicas: readonly RedisServer[]): Promise<RedisServer> {
  const latest = performance.now() + PROMOTED_WITHIN_MS;
  while (performance.now() < latest) {
    for (const replica of replicas) {
      const [role] = await ask(replica.port, (redis) => redis.role());
      if (role === 'master') return replica;
    }
    await delay(LOOK_MS);
  }
  throw new Error(`no replica has become a master within ${PROMOTED_WITHIN_MS / 1000} s`);
}

async function ask<Answer>(port: number, question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis(port, '127.0.0.1');
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

/** How many of the sessions do not answer. */
async function unanswered({ balancers }: Deployment, sessions: readonly string[]): Promise<number> {
  const clients = balancers.map(({ url }) => connectWire(url, AT_ONCE));
  let failed = 0;
  try {
    await inParallel(sessions.entries(), AT_ONCE, async ([index, session]) => {
      await clients[index % clients.length]?.call(session, 'wait', { ms: 0 }).catch(() => {
        failed += 1;
      });
    });
    return failed;
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}
