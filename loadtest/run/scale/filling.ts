import type { Finding } from '../finding.ts';
import type { Deployment } from './deployment.ts';
import type { GrowthPoint } from './growth-point.ts';
import type { Population } from './population.ts';
import { keysOfSlots, meterDeployment, type Usage, type UsageMeter, usageEach } from './usage.ts';

/** Over HTTP, to compare them with those that are stored at once. */
const OPENED = 1000;
const MOST_BYTES = 1024;
/** The fullest of three masters over their mean. */
const EVEN = 1.1;

/** Fills the Cluster, and counts what sessions take. */
export interface Filling {
  /** Stores sessions until there are so many; what all of them take. */
  growTo(size: number): Promise<GrowthPoint>;
  /** Of the sessions that are there. */
  finding(): Promise<Finding>;
  close(): void;
}

export async function startFilling(deployment: Deployment, population: Population): Promise<Filling> {
  const meter = await meterDeployment(deployment);
  const overHttp = await meter.of(() => population.open(OPENED));
  // Pods know them already.
  population.take(OPENED);
  const empty = (await meter.usedBytes()) - overHttp.keptBytes;
  let last = { bytesEach: Number.NaN, cpuUs: Number.NaN, perSecond: Number.NaN };
  return {
    async growTo(size) {
      const count = size - population.size;
      const use = await meter.of(() => population.store(count));
      const bytes = (await meter.usedBytes()) - empty;
      last = { bytesEach: bytes / population.size, cpuUs: use.cpuUs / count, perSecond: count / use.seconds };
      return { 'all sessions in Redis: MB': bytes / 2 ** 20, 'a session in Redis: bytes': last.bytesEach };
    },
    async finding() {
      return found(population.size, last, usageEach(overHttp, OPENED), await spreadOf(deployment, meter));
    },
    close: meter.close,
  };
}

interface Spread {
  readonly keys: readonly number[];
  /** The fullest master over the mean of all. */
  readonly fullest: number;
  readonly mostOfSlot: number;
  readonly leastOfSlot: number;
}

async function spreadOf({ masters }: Deployment, meter: UsageMeter): Promise<Spread> {
  const keys = await meter.keys();
  const slots = (await Promise.all(masters.map(({ port }) => keysOfSlots(port)))).flat().toSorted((a, b) => a - b);
  const all = keys.reduce((sum, one) => sum + one, 0);
  return {
    keys,
    fullest: Math.max(...keys) / (all / keys.length),
    leastOfSlot: slots[0] ?? 0,
    mostOfSlot: slots.at(-1) ?? 0,
  };
}

function found(
  size: number,
  last: { readonly bytesEach: number; readonly cpuUs: number; readonly perSecond: number },
  overHttp: Usage,
  { keys, fullest, mostOfSlot, leastOfSlot }: Spread,
): Finding {
  return {
    study: 'scale',
    subject: `${size} sessions on three masters`,
    values: {
      'bytes per session': last.bytesEach,
      'bytes per session that was opened over HTTP': overHttp.keptBytes,
      'CPU µs of the masters per session that was stored': last.cpuUs,
      'CPU µs of the masters per session that was opened over HTTP': overHttp.cpuUs,
      'sessions stored per second': last.perSecond,
      ...Object.fromEntries(keys.map((count, index) => [`keys of master ${index + 1}`, count])),
      'fullest master / mean': fullest,
      'keys of the fullest slot': mostOfSlot,
      'keys of the emptiest slot': leastOfSlot,
    },
    promises: [
      { sentence: 'An idle session takes at most 1 KB in Redis.', held: last.bytesEach <= MOST_BYTES },
      { sentence: 'Sessions spread evenly over the masters.', held: fullest <= EVEN },
    ],
  };
}
