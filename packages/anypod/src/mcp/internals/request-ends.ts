import type { RequestId } from '../../core/json-rpc.ts';
import { protocolOf } from './protocol.ts';

/** What the SDK, v1 and v2, can abort: it forgets each request once that has ended, answered or not. */
class WatchedRequests extends Map<RequestId, AbortController> {
  #onEnd: ((id: RequestId) => void) | undefined;

  watch(onEnd: (id: RequestId) => void): void {
    this.#onEnd = onEnd;
  }

  override delete(id: RequestId): boolean {
    const had = super.delete(id);
    this.#onEnd?.(id);
    return had;
  }
}

/**
 * Tells when the SDK is done with a request. Where a handler throws `undefined`, or an error whose message cannot be read, it fails while it makes the
 * response, and sends none. The name is private to the SDK: where it is not there, nobody is told, and such a call ends by `ANYPOD_CALL_TIMEOUT` or its client.
 */
export function watchEnds(server: object, onEnd: (id: RequestId) => void): void {
  const protocol = protocolOf(server);
  const requests = protocol._requestHandlerAbortControllers;
  if (!(requests instanceof Map)) return;
  const watched =
    requests instanceof WatchedRequests
      ? requests
      : new WatchedRequests(requests as ReadonlyMap<RequestId, AbortController>);
  watched.watch(onEnd);
  protocol._requestHandlerAbortControllers = watched;
}
