import type { RequestId } from '../../core/json-rpc.ts';
import type { UserServer } from './user-server.ts';

/** What the SDK, v1 and v2, can abort: it forgets each request once that has ended, answered or not. */
interface Protocol {
  _requestHandlerAbortControllers?: unknown;
}

class WatchedRequests extends Map<RequestId, unknown> {
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
export function watchEnds(server: UserServer, onEnd: (id: RequestId) => void): void {
  const protocol = ((server as { server?: Protocol }).server ?? server) as Protocol;
  const requests = protocol._requestHandlerAbortControllers;
  if (!(requests instanceof Map)) return;
  const watched = requests instanceof WatchedRequests ? requests : new WatchedRequests(requests);
  watched.watch(onEnd);
  protocol._requestHandlerAbortControllers = watched;
}
