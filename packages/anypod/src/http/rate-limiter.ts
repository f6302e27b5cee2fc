import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import type { Log } from '../core/log.ts';
import type { Bucket, Quotas, Rate, Taken } from '../core/quotas.ts';
import { createSparseLog } from '../core/sparse-log.ts';

export interface RateLimiterOptions {
  /** The buckets of all pods. */
  readonly quotas: Quotas;
  /** The buckets of this pod alone, for the time in which the store does not answer. */
  readonly insurance: Quotas;
  readonly rate: Rate;
  readonly log: Log;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** How long a request waits for the store before this pod decides alone, in ms. */
const PATIENCE_MS = 250;
/** How long this pod then decides alone, in ms. */
const ALONE_MS = 1000;

interface Waiter {
  readonly requests: number;
  answer(waitMs: number): void;
}

/** What a pod knows of one bucket of a caller. */
export class BucketView {
  /** Until then the bucket is empty, on all pods: nobody can fill it sooner. So the pod refuses without asking. */
  emptyUntil = 0;
  waiting: Waiter[] = [];
  asking = false;
}

/** Takes requests from a caller's bucket. Returns 0, or after how many ms the caller may try again. Never rejects. */
export type TakeRequests = (
  caller: string,
  bucket: Bucket,
  view: BucketView,
  requests: number,
) => number | Promise<number>;

/**
 * Requests of a caller that arrive while the pod asks for earlier ones ask together, in the next round trip. So a caller costs one round trip at a time
 * however fast it calls, and none while it is refused.
 */
export function createRateLimiter({ quotas, insurance, rate, log, now }: RateLimiterOptions): TakeRequests {
  const sparse = createSparseLog(log);
  let aloneUntil = 0;

  async function take(caller: string, bucket: Bucket, wanted: number): Promise<Taken> {
    if (now() < aloneUntil) return insurance.take(caller, bucket, wanted, rate);
    try {
      const taken = await withinPatience(quotas.take(caller, bucket, wanted, rate));
      // So that this pod knows what it has granted, if the store goes away.
      if (taken.granted > 0) await insurance.take(caller, bucket, taken.granted, rate);
      return taken;
    } catch (err) {
      aloneUntil = now() + ALONE_MS;
      sparse.warn({ err }, 'the store does not count requests now, so each pod limits them alone');
      return insurance.take(caller, bucket, wanted, rate);
    }
  }

  async function askForAll(caller: string, bucket: Bucket, view: BucketView): Promise<void> {
    while (view.waiting.length > 0) {
      const round = view.waiting.splice(0);
      const { granted, waitMs } = await take(caller, bucket, sumOf(round));
      if (waitMs > 0) view.emptyUntil = now() + waitMs;
      share(round, granted, waitMs);
    }
    view.asking = false;
  }

  return (caller, bucket, view, wanted) => {
    // More at once than the burst would never be granted.
    const requests = Math.min(wanted, rate.burst);
    const emptyForMs = view.emptyUntil - now();
    if (emptyForMs > 0) return emptyForMs;
    return new Promise((answer) => {
      view.waiting.push({ requests, answer });
      if (view.asking) return;
      view.asking = true;
      void askForAll(caller, bucket, view);
    });
  };
}

function sumOf(round: readonly Waiter[]): number {
  return round.reduce((sum, { requests }) => sum + requests, 0);
}

/** Gives what was granted to those who came first. */
function share(round: readonly Waiter[], granted: number, waitMs: number): void {
  let left = granted;
  for (const { requests, answer } of round) {
    const fits = requests <= left;
    left = fits ? left - requests : 0;
    answer(fits ? 0 : Math.max(1, waitMs));
  }
}

async function withinPatience(taken: Promise<Taken>): Promise<Taken> {
  const decided = new AbortController();
  const tooLate = delay(PATIENCE_MS, undefined, { signal: decided.signal }).then(async () => {
    // If this process was blocked, the answer has arrived, and is read only after the timers.
    await immediate();
    await immediate();
    throw new Error('the store is slow');
  });
  try {
    return await Promise.race([taken, tooLate]);
  } finally {
    decided.abort();
  }
}
