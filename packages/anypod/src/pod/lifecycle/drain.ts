import type { JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { PodContext } from '../context/context.ts';
import type { PodParts } from '../peers/inbox-handler.ts';
import type { Exchange } from '../streams/exchange.ts';
import { reconnectDelay } from '../streams/reconnect-delay.ts';

/** How a pod leaves. Streams that only wait end, running calls may finish, and other pods take over the rest. */
export class Drain {
  readonly #context: PodContext;
  readonly #parts: PodParts;
  #departed = false;

  constructor(context: PodContext, parts: PodParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /**
   * Ends streams that only wait. Their clients resume them on other pods, at times that are spread over `retryMs`. Running calls become streams if the
   * client can resume one, so that another pod can take them over.
   */
  drain(): void {
    this.#parts.standing.endAll(() => this.#spread());
    this.#parts.followers.endAll(() => this.#spread());
    for (const exchange of this.#running()) if (exchange.resumable) exchange.upgrade();
  }

  /** Whether this pod has left its exchanges. Then no request begins here. */
  get departed(): boolean {
    return this.#departed;
  }

  /** From now on no request begins here. Those that run go on. */
  depart(): void {
    this.#departed = true;
  }

  /**
   * Stops serving the exchanges that still run. Returns how many of them other pods can take over. The others get an error, because their clients
   * cannot resume them.
   */
  leaveExchanges(): number {
    this.depart();
    const [left, refused] = [this.#running().filter(({ resumable }) => resumable), this.#running()];
    for (const exchange of left) exchange.abandon(this.#spread());
    for (const exchange of refused) exchange.abort(draining, 503);
    return left.length;
  }

  /** Gives up the lease, so that other pods take over the `left` exchanges at once. Otherwise they would wait until the lease runs out. */
  async giveUpLease(left: number): Promise<void> {
    const { store, pod, log, options } = this.#context;
    try {
      await store.pods.leave(pod);
      if (options.transient && left === 0 && (await store.ownership.of(pod)).length === 0) await store.pods.forget(pod);
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
