import type { JsonRpcResponse, RequestId } from '../../core/json-rpc.ts';
import { RPC, rpcError } from '../../core/rpc-error.ts';
import type { PodContext } from '../context/context.ts';
import type { PodParts } from '../peers/inbox-handler.ts';
import type { Exchange } from '../streams/exchange.ts';
import { reconnectDelay } from '../streams/reconnect-delay.ts';

/** How a pod goes: what waits is sent away, what runs may end, what is left goes to other pods. */
export class Drain {
  readonly #context: PodContext;
  readonly #parts: PodParts;
  #departed = false;

  constructor(context: PodContext, parts: PodParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /**
   * Streams that merely wait end, spread over the time that clients are told to wait, to be taken up on other pods; what runs becomes a
   * stream where the client can resume one, so that it could be left to another pod.
   */
  drain(): void {
    this.#parts.standing.endAll(() => this.#spread());
    this.#parts.followers.endAll(() => this.#spread());
    for (const exchange of this.#running()) if (exchange.resumable) exchange.upgrade();
  }

  /** Nothing begins here any more. */
  get departed(): boolean {
    return this.#departed;
  }

  /** Stops serving what still runs, and tells how much of it is left to other pods; the rest is refused, since its clients have no way back. */
  leaveExchanges(): number {
    this.#departed = true;
    const [left, refused] = [this.#running().filter(({ resumable }) => resumable), this.#running()];
    for (const exchange of left) exchange.abandon(this.#spread());
    for (const exchange of refused) exchange.abort(draining, 503);
    return left.length;
  }

  /** Gives the lease up, so that others find what is left at once and not only after a lease. */
  async giveUpLease(left: number): Promise<void> {
    const { store, pod, log } = this.#context;
    try {
      await store.pods.leave(pod);
      const others = left === 0 ? [] : [...(await store.pods.living())].filter((other) => other !== pod);
      await Promise.all(others.map((other) => store.inbox.send(other, { type: 'pod-left', pod })));
    } catch (err) {
      log.warn({ err }, 'the lease could not be given up; other pods will see that it ran out');
    }
  }

  #running(): readonly Exchange[] {
    return this.#parts.sessions.used.flatMap((live) => [...live.exchanges]);
  }

  #spread(): number {
    return reconnectDelay(this.#context.options.retryMs);
  }
}

function draining(id: RequestId): JsonRpcResponse {
  const message = 'This pod is going away and the call had not ended. Call again if the call is safe to repeat.';
  return rpcError(id, RPC.internal, message, { reason: 'draining' });
}
