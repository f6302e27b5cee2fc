import type { Log } from '../../core/log.ts';
import { createSparseLog } from '../../core/sparse-log.ts';
import type { Bucket, Quotas, Rate, Taken } from '../../core/store/quotas.ts';

export interface RateLimiterOptions {
  /** The buckets of all pods. */
  readonly quotas: Quotas;
  /** The buckets of this pod alone, for the time in which the store does not answer. */
  readonly insurance: Quotas;
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

/** What a pod knows of one bucket of an account. */
export class BucketView {
  readonly account: string;
  readonly bucket: Bucket;
  readonly rate: Rate;
  /** Until then the bucket is empty, on all pods: nobody can fill it sooner. So the pod refuses without asking. */
  emptyUntil = 0;
  waiting: Waiter[] = [];
  asking = false;

  /** `account`: its name in the store. */
  constructor(account: string, bucket: Bucket, rate: Rate) {
    this.account = account;
    this.bucket = bucket;
    this.rate = rate;
  }
}

/** Takes requests from a bucket. Returns 0, or after how many ms the account may try again. Never rejects. */
export type TakeRequests = (view: BucketView, requests: number) => number | Promise<number>;

/**
 * Requests of an account that arrive while the pod asks for earlier ones ask together, in the next round trip. So an account costs one round trip at a time
 * however fast it calls, and none while it is refused.
 */
export function createRateLimiter({ quotas, insurance, log, now }: RateLimiterOptions): TakeRequests {
  const sparse = createSparseLog(log);
  let aloneUntil = 0;

  async function take({ account, bucket, rate }: BucketView, wanted: number): Promise<Taken> {
    if (now() < aloneUntil) return insurance.take(account, bucket, wanted, rate);
    try {
      const taken = await withinPatience(quotas.take(account, bucket, wanted, rate));
      // So that this pod knows what it has granted, if the store goes away.
      if (taken.granted > 0) await insurance.take(account, bucket, taken.granted, rate);
      return taken;
    } catch (err) {
      aloneUntil = now() + ALONE_MS;
      sparse.warn({ err }, 'the store does not count requests now, so each pod limits them alone');
      return insurance.take(account, bucket, wanted, rate);
    }
  }

  async function askForAll(view: BucketView): Promise<void> {
    while (view.waiting.length > 0) {
      const round = view.waiting.splice(0);
      const { granted, waitMs } = await take(view, sumOf(round));
      if (waitMs > 0) view.emptyUntil = now() + waitMs;
      share(round, granted, waitMs);
    }
    view.asking = false;
  }

  return (view, wanted) => {
    // More at once than the burst would never be granted.
    const requests = Math.min(wanted, view.rate.burst);
    const emptyForMs = view.emptyUntil - now();
    if (emptyForMs > 0) return emptyForMs;
    return new Promise((answer) => {
      view.waiting.push({ requests, answer });
      if (view.asking) return;
      view.asking = true;
      void askForAll(view);
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

/** `taken`, or an error if it takes too long. Each request with a rate comes here, so there is no more than a timer. */
function withinPatience(taken: Promise<Taken>): Promise<Taken> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error('the store is slow'));
    // If this process was blocked, the answer has arrived, and is read only after the timers.
    const timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), PATIENCE_MS);
    taken.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
