import type { Finding } from '../finding.ts';
import { memoryOfPods } from '../memory.ts';
import { connectWire, inParallel } from '../wire.ts';
import { type Crowd, gatherCrowd } from './crowd.ts';
import type { Deployment } from './deployment.ts';
import { meterDeployment, usageEach } from './usage.ts';

const AT_ONCE = 64;
const RESOURCE = 'load://clock';
const TIMES = 3;
/** Until the last stream has heard of the last change. */
const WITHIN_MS = 180_000;
const MOST_BYTES = 15 * 1024;

/** Subscribes each session to a resource, and opens its standing stream, through the balancers. */
export async function gatherStreams(
  deployment: Deployment,
  sessions: readonly string[],
): Promise<{ readonly crowd: Crowd; readonly finding: Finding }> {
  await subscribe(deployment, sessions);
  const meter = await meterDeployment(deployment);
  try {
    const before = await memoryOfPods(deployment.pods);
    const opened = { crowd: undefined as Crowd | undefined };
    const ports = deployment.balancers.map(({ port }) => port);
    const use = await meter.of(async () => {
      opened.crowd = await gatherCrowd(ports, sessions);
    });
    const crowd = opened.crowd as Crowd;
    const after = await memoryOfPods(deployment.pods);
    const { open, refused } = await crowd.look();
    const bytes = (after.resident - before.resident) / sessions.length;
    const one = usageEach(use, sessions.length);
    const finding = {
      study: 'scale',
      subject: `${sessions.length} standing streams opened`,
      values: {
        open,
        refused,
        'streams per second': sessions.length / use.seconds,
        'KB in pods per stream': bytes / 1024,
        'commands per stream': one.commands,
        'CPU µs of the masters per stream': one.cpuUs,
        'CPU µs of the pods per stream': one.podCpuUs,
      },
      promises: [
        { sentence: 'Every stream is open.', held: open === sessions.length },
        { sentence: 'An open idle stream takes at most 15 KB in its pod.', held: bytes <= MOST_BYTES },
      ],
    };
    return { crowd, finding };
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

/** Has the resource updated some times, and waits until every stream has heard of each. */
export async function tellStreams(deployment: Deployment, crowd: Crowd): Promise<Finding> {
  const teller = connectWire(deployment.pods[0]?.url ?? '', 1);
  const meter = await meterDeployment(deployment);
  // Sessions that were there have heard of the changes before, too.
  await crowd.forgetMessages();
  const streams = (await crowd.look()).open;
  try {
    const began = performance.now();
    const use = await meter.of(async () => {
      const session = await teller.open();
      for (let number = 0; number < TIMES; number += 1) {
        await teller.call(session, 'touch', {});
        await crowd.until(({ messages }) => messages >= (number + 1) * streams, WITHIN_MS);
      }
    });
    const seconds = (performance.now() - began) / 1000 / TIMES;
    const { messages, most, least } = await crowd.look();
    const one = usageEach(use, TIMES * streams);
    return {
      study: 'scale',
      subject: `${TIMES} changes afterwards, of which each of ${streams} streams is told`,
      values: {
        delivered: messages,
        'most messages of a stream': most,
        'fewest messages of a stream': least,
        'seconds until all streams have heard of a change': seconds,
        'commands per message': one.commands,
        'CPU µs of the pods per message': one.podCpuUs,
      },
      promises: [{ sentence: 'Every stream hears of every change once.', held: most === TIMES && least === TIMES }],
    };
  } finally {
    meter.close();
    await teller.close();
  }
}
