import type { RequestId } from '../../core/json/json-rpc.ts';
import { protocolOf } from './protocol.ts';

/** The requests that an SDK runs. */
export interface RunningRequests {
  has(id: RequestId): boolean;
  /** Calls `onEnd` no more. */
  unwatch(): void;
}

/** The SDK's map of running requests (v1 and v2). The SDK deletes each request when it has ended, answered or not. */
class WatchedRequests extends Map<RequestId, AbortController> implements RunningRequests {
  #onEnd: ((id: RequestId) => void) | undefined;

  watch(onEnd: (id: RequestId) => void): void {
    this.#onEnd = onEnd;
  }

  unwatch(): void {
    this.#onEnd = undefined;
  }

  override delete(id: RequestId): boolean {
    const had = super.delete(id);
    this.#onEnd?.(id);
    return had;
  }
}

/**
 * Calls `onEnd` when the SDK has ended a request. If a handler throws `undefined`, or an error with an unreadable message, the SDK fails while it makes
 * the response, and sends none. The member is private to the SDK. If it is missing, this is undefined, `onEnd` is not called, and such a call
 * ends by `ANYPOD_CALL_TIMEOUT` or when its client gives up.
 */
export function watchEnds(server: object, onEnd: (id: RequestId) => void): RunningRequests | undefined {
  const protocol = protocolOf(server);
  const requests = protocol._requestHandlerAbortControllers;
  if (!(requests instanceof Map)) return undefined;
  const watched =
    requests instanceof WatchedRequests
      ? requests
      : new WatchedRequests(requests as ReadonlyMap<RequestId, AbortController>);
  watched.watch(onEnd);
  protocol._requestHandlerAbortControllers = watched;
  return watched;
}
