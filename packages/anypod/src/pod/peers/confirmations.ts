import { setTimeout as delay } from 'node:timers/promises';
import type { InboxMessage } from '../../core/store/inbox.ts';
import type { PodContext } from '../context/context.ts';

const RECHECK_MS = 250;

interface Waiting {
  readonly silent: Set<string>;
  readonly done: () => void;
}

/** Messages that other pods must confirm before this pod answers a request. */
export class Confirmations {
  readonly #context: PodContext;
  readonly #waiting = new Map<string, Waiting>();

  constructor(context: PodContext) {
    this.#context = context;
  }

  /**
   * Tells `pods` about the session. Resolves when each pod has confirmed or lost its lease, and after two leases at the latest. A pod without a lease
   * serves nothing from its cache.
   */
  tell(
    type: 'session-changed' | 'session-ended',
    session: string,
    pods: readonly string[],
    what: { readonly number?: number; readonly data?: string } = {},
  ): Promise<void> {
    const { pod, options } = this.#context;
    return this.send(pods, (ack) => ({ type, session, from: pod, ack, ...what }), 2 * options.leaseMs);
  }

  /** Sends `pods` a message to confirm. Resolves when each pod has confirmed or lost its lease, or when `withinMs` have passed. */
  async send(pods: readonly string[], message: (ack: string) => InboxMessage, withinMs: number): Promise<void> {
    const { pod, random, store } = this.#context;
    const silent = new Set(pods.filter((other) => other !== pod));
    if (silent.size === 0) return;
    const ack = random();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(ack, { silent, done: resolve });
    const stop = new AbortController();
    try {
      await Promise.all([...silent].map((other) => store.inbox.send(other, message(ack))));
      await Promise.race([promise, this.#dropDead(silent, withinMs, stop.signal)]);
    } finally {
      stop.abort();
      this.#waiting.delete(ack);
    }
  }

  /** The pod `from` has confirmed. */
  confirmed(ack: string, from: string): void {
    const waiting = this.#waiting.get(ack);
    if (waiting?.silent.delete(from) && waiting.silent.size === 0) waiting.done();
  }

  async #dropDead(silent: Set<string>, forMs: number, signal: AbortSignal): Promise<void> {
    const until = Date.now() + forMs;
    while (silent.size > 0 && Date.now() < until && !signal.aborted) {
      const living = await this.#context.store.pods.living();
      for (const other of silent) if (!living.has(other)) silent.delete(other);
      if (silent.size > 0) await delay(RECHECK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
