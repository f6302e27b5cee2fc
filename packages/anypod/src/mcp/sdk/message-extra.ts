import type { Caller } from '../../core/caller.ts';
import type { DeliveryOptions } from '../../core/server-host.ts';
import { lazyRequest } from './lazy-request.ts';

/**
 * What v1 tells handlers about the HTTP request. An object literal with a getter has for each request the cost that a class has once. It also keeps
 * what the getter sees until the next full garbage collection.
 */
class RequestInfo {
  readonly headers: Caller['headers'];
  readonly #url: string;

  constructor({ headers, url }: Caller) {
    this.headers = headers;
    this.#url = url;
  }

  get url(): URL {
    return new URL(this.#url);
  }
}

/** The `MessageExtraInfo` of v1 (`requestInfo`) and v2 (`request`) in one. */
export function messageExtra({ caller, closeStream }: DeliveryOptions): unknown {
  return {
    ...(caller.authInfo === undefined ? {} : { authInfo: caller.authInfo }),
    requestInfo: new RequestInfo(caller),
    request: lazyRequest(caller),
    ...(closeStream === undefined ? {} : { closeSSEStream: closeStream }),
  };
}
