import { createHash } from 'node:crypto';
import { type Caller, principalOf } from '../core/caller.ts';
import type { Load } from './overload.ts';
import { BucketView } from './rate-limiter.ts';

/** What one caller uses on this pod. */
export class CallerUse implements Load {
  /** Names the caller in the store, without its name or address. */
  readonly key: string;
  calls = 0;
  streams = 0;
  listens = 0;
  readonly buckets: { readonly calls: BucketView; readonly resumes: BucketView } = {
    calls: new BucketView(),
    resumes: new BucketView(),
  };

  constructor(name: string) {
    this.key = createHash('sha256').update(name).digest('base64url');
  }

  /** Whether the pod would know the same without this object. */
  isIdle(now: number): boolean {
    const { calls, resumes } = this.buckets;
    const views = [calls, resumes];
    return this.calls + this.streams === 0 && views.every((view) => !view.asking && view.emptyUntil <= now);
  }
}

const FIRST_SWEEP = 1000;

/**
 * Returns what a caller uses on this pod: its principal, or its address if it is anonymous. All anonymous callers without an address are one caller. The
 * pod keeps twice as many as are active, at least a thousand.
 */
export function createCallers(now: () => number): (caller: Caller) => CallerUse {
  const uses = new Map<string, CallerUse>();
  let sweepAt = FIRST_SWEEP;

  function sweep(): void {
    for (const [name, use] of uses) if (use.isIdle(now())) uses.delete(name);
    sweepAt = Math.max(FIRST_SWEEP, 2 * uses.size);
  }

  return (caller) => {
    const name = nameOf(caller);
    const known = uses.get(name);
    if (known !== undefined) return known;
    if (uses.size >= sweepAt) sweep();
    const use = new CallerUse(name);
    uses.set(name, use);
    return use;
  };
}

function nameOf({ authInfo, address = '' }: Caller): string {
  const principal = principalOf(authInfo);
  return principal === undefined ? `address ${address}` : `principal ${principal}`;
}
