import type { RequestId } from '../../core/json-rpc.ts';

/** How long a cancellation counts that came before its request, in ms: far longer than one POST overtakes another by. */
export const EARLY_CANCELLATION_MS = 5000;

const EARLY_LIMIT = 100;
const RECENT_LIMIT = 64;

/**
 * Which requests of a session have come to this pod, and which cancellations came before their request. So a cancellation that is late is told from one that
 * is early: clients may use an id again, and the next call under it must not be taken for the cancelled one.
 */
export class Arrivals {
  readonly #now: () => number;
  /** A ring: what comes and goes with every call must not fill a Set. */
  readonly #recent: RequestId[] = [];
  #next = 0;
  /** Until when each counts. */
  readonly #early = new Map<RequestId, number>();

  /** `now`: monotonic ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A request is here. */
  arrived(request: RequestId): void {
    this.#recent[this.#next] = request;
    this.#next = (this.#next + 1) % RECENT_LIMIT;
  }

  /** Whether a request of this id has come here lately; it may have ended. */
  hasArrived(request: RequestId): boolean {
    return this.#recent.includes(request);
  }

  /** A request was cancelled that may still come. The oldest are forgotten. */
  cancelled(request: RequestId): void {
    this.#early.delete(request);
    this.#early.set(request, this.#now() + EARLY_CANCELLATION_MS);
    for (const oldest of this.#early.keys()) if (this.#early.size > EARLY_LIMIT) this.#early.delete(oldest);
  }

  /** Whether this request may have been cancelled before it came; asked once. The store knows whether another pod had the request. */
  mayBeCancelled(request: RequestId): boolean {
    if (this.#early.size === 0) return false;
    const until = this.#early.get(request);
    this.#early.delete(request);
    return until !== undefined && until > this.#now();
  }
}
