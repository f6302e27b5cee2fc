import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../finding.ts';
import { memoryOfPods } from '../memory.ts';
import { connectWire, inParallel } from '../wire.ts';
import { type Crowd, createCrowd } from './crowd.ts';
import type { Deployment } from './deployment.ts';
import { meterDeployment, usageEach } from './usage.ts';

const AT_ONCE = 64;
const RESOURCE = 'load://clock';
const TIMES = 3;
/** Until the last stream has heard of the last change. */
const WITHIN_MS = 180_000;
const APART_MS = 5000;
const MOST_BYTES = 15 * 1024;

/** Subscribes each session to a resource, and opens its standing stream, through the balancers. */
export async function gatherStreams(
  deployment: Deployment,
  sessions: readonly string[],
): Promise<{ readonly crowd: Crowd; readonly finding: Finding }> {
  await subscribe(deployment, sessions);
  const half = Math.ceil(sessions.length / 2);
  const crowd = createCrowd(deployment.balancers.map(({ port }) => port));
  const meter = await meterDeployment(deployment);
  try {
    const before = await memoryOfPods(deployment.pods);
    const use = await meter.of(() => crowd.join(sessions.slice(0, half)));
    const between = await memoryOfPods(deployment.pods);
    await crowd.join(sessions.slice(half));
    const after = await memoryOfPods(deployment.pods);
    const { open, refused } = await crowd.look();
    const one = usageEach(use, half);
    const rest = sessions.length - half;
    const bytes = (after.resident - between.resident) / rest;
    const live = (after.live - between.live) / rest;
    const finding = {
      study: 'scale',
      subject: `${sessions.length} standing streams opened`,
      values: {
        open,
        refused,
        'streams per second': half / use.seconds,
        // The first ones also make pods grow that were at rest, such as the young generation of V8.
        'KB in pods per stream, the second half': bytes / 1024,
        'of it objects and buffers': live / 1024,
        'KB in pods per stream, all': (after.resident - before.resident) / sessions.length / 1024,
        'commands per stream': one.commands,
        'CPU µs of the masters per stream': one.cpuUs,
        'CPU µs of the pods per stream': one.podCpuUs,
      },
      promises: [
        { sentence: 'Every stream is open.', held: open === sessions.length },
        {
          sentence: 'One more open idle stream takes at most 15 KB in its pod.',
          held: Math.max(bytes, live) <= MOST_BYTES,
        },
      ],
    };
    return { crowd, finding };
  } catch (error) {
    await crowd.close();
    throw error;
  } finally {
    meter.close();
  }
}

async function subscribe({ balancers }: Deployment, sessions: readonly string[]): Promise<void> {
  const clients = balancers.map(({ url }) => connectWire(url, AT_ONCE));
  try {
    await inParallel(sessions.entries(), AT_ONCE, async ([index, session]) => {
      await clients[index % clients.length]?.request(session, 'resources/subscribe', { uri: RESOURCE });
    });
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** Has the resource updated some times, and waits each time until every stream has heard of it. */
export async function tellStreams(deployment: Deployment, crowd: Crowd): Promise<Finding> {
  const teller = connectWire(deployment.pods[0]?.url ?? '', 1);
  const seconds: number[] = [];
  let most = 0;
  let everyone = true;
  try {
    const session = await teller.open();
    while (seconds.length < TIMES) {
      // A change that is equal to one shortly before is told together with it.
      await delay(APART_MS);
      await crowd.forgetMessages();
      const began = performance.now();
      await teller.call(session, 'touch', {});
      everyone = (await crowd.until(({ least }) => least > 0, WITHIN_MS)) && everyone;
      seconds.push((performance.now() - began) / 1000);
      most = Math.max(most, (await crowd.look()).most);
    }
    return {
      study: 'scale',
      subject: `${TIMES} changes afterwards, of which every stream is told`,
      values: {
        'streams open': (await crowd.look()).open,
        'seconds until the last stream had heard of a change': Math.max(...seconds),
        'most messages of a stream for a change': most,
      },
      promises: [{ sentence: 'Every stream hears of every change.', held: everyone }],
    };
  } finally {
    await teller.close();
  }
}
