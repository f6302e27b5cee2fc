import { type Limited, overloaded } from '../../core/limited.ts';

/** What is open at a time: of one caller, or of all callers on this pod. */
export interface Load {
  /** Requests whose answer is not complete. */
  calls: number;
  /** Standing streams, resumed streams and `subscriptions/listen`. */
  streams: number;
  /** `subscriptions/listen` alone. */
  listens: number;
}

export interface OverloadOptions {
  /** How many requests may be without a complete answer. 0: any number. */
  readonly maxCalls: number;
  /** How long the event loop may make timers wait, in ms. 0: any time. */
  readonly maxLoopDelayMs: number;
  readonly load: Load;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** Knows whether this pod has more to do than it can. */
export interface Overload {
  /** The refusal of what the pod need not do now. Undefined: the pod has room. */
  refusal(): Limited | undefined;
  /** Stops the timer. */
  stop(): void;
}

const LOOK_MS = 100;
/** One handler that blocks for seconds makes one timer late. Only if each of so many timers in a row is late, the pod has too much to do. */
const LOOKS = 5;

/**
 * Watches the number of requests and the delay of the event loop. A pod that is slow because it has too much to do gets slower with each request that it
 * takes, and its memory grows with each one that waits; so it refuses new ones before it reads them.
 */
export function createOverload({ maxCalls, maxLoopDelayMs, load, now }: OverloadOptions): Overload {
  const delay = maxLoopDelayMs === 0 ? undefined : watchDelay(now);
  return {
    refusal() {
      if (maxCalls !== 0 && load.calls > maxCalls)
        return overloaded('This pod serves as many requests as it may at a time. Try again shortly.');
      if (delay !== undefined && delay.leastMs() > maxLoopDelayMs)
        return overloaded('This pod has more to do than it can at the moment. Try again shortly.');
      return undefined;
    },
    stop: () => delay?.stop(),
  };
}

/** Measures how late timers are: the least of the last ones. */
function watchDelay(now: () => number): { leastMs(): number; stop(): void } {
  const delays = new Array<number>(LOOKS).fill(0);
  let looks = 0;
  let looked = now();
  const look = setInterval(() => {
    const at = now();
    delays[looks % LOOKS] = at - looked - LOOK_MS;
    looks += 1;
    looked = at;
  }, LOOK_MS).unref();
  return { leastMs: () => Math.min(...delays), stop: () => clearInterval(look) };
}
