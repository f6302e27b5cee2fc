import type { PodContext } from '../context/context.ts';
import type { SessionCache } from './session-cache.ts';

/** How many times the timer fires in the shorter of the two lifetimes. */
const LOOKS = 20;
const MOST_BETWEEN_LOOKS_MS = 60 * 60 * 1000;

/** How many sessions are renewed at a time. In between, the store can serve other commands. */
const AT_ONCE = 100;

/**
 * Renews sessions with an open stream or a running call, and the logs of running calls, because no request renews them. One timer serves the whole pod.
 */
export class Renewal {
  readonly #context: PodContext;
  readonly #sessions: SessionCache;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: PodContext, sessions: SessionCache) {
    this.#context = context;
    this.#sessions = sessions;
  }

  start(): void {
    const { sessionTtlMs, streamIdleMs } = this.#context.options;
    const everyMs = Math.min(MOST_BETWEEN_LOOKS_MS, sessionTtlMs / LOOKS, streamIdleMs / LOOKS);
    this.#timer = setInterval(
      () => this.#context.background.run('renew sessions in use', this.#renew()),
      everyMs,
    ).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    const { used } = this.#sessions;
    for (const live of used) for (const exchange of live.exchanges) exchange.renew();
    for (let from = 0; from < used.length; from += AT_ONCE) {
      await Promise.all(used.slice(from, from + AT_ONCE).map((live) => this.#sessions.renew(live)));
    }
  }
}
