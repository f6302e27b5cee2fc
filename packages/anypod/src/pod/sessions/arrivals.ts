import type { RequestId } from '../../core/json/json-rpc.ts';

/** How long a cancellation that came before its request counts, in ms. One POST overtakes another by far less. */
export const EARLY_CANCELLATION_MS = 5000;

const EARLY_LIMIT = 100;
const RECENT_LIMIT = 64;

/**
 * Which requests of a session have reached this pod, and which cancellations came before their request. So the pod can tell a late cancellation from an
 * early one. Clients may use an id again, and a late cancellation must not cancel the next call with the same id.
 */
export class Arrivals {
  readonly #now: () => number;
  /** A ring and not a Set, because its entries come and go with every call. */
  readonly #recent: RequestId[] = [];
  #next = 0;
  /** Until when each early cancellation counts. */
  readonly #early = new Map<RequestId, number>();

  /** `now`: monotonic ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes that a request has arrived. */
  arrived(request: RequestId): void {
    this.#recent[this.#next] = request;
    this.#next = (this.#next + 1) % RECENT_LIMIT;
  }

  /** Whether a request with this id has recently come to this pod. It may have ended. */
  hasArrived(request: RequestId): boolean {
    return this.#recent.includes(request);
  }

  /** Notes the cancellation of a request that may still come. Forgets the oldest ones above a limit. */
  cancelled(request: RequestId): void {
    this.#early.delete(request);
    this.#early.set(request, this.#now() + EARLY_CANCELLATION_MS);
    for (const oldest of this.#early.keys()) if (this.#early.size > EARLY_LIMIT) this.#early.delete(oldest);
  }

  /** Whether this request may have been cancelled before it came. Can be asked once. The store knows whether another pod had the request. */
  mayBeCancelled(request: RequestId): boolean {
    if (this.#early.size === 0) return false;
    const until = this.#early.get(request);
    this.#early.delete(request);
    return until !== undefined && until > this.#now();
  }
}
