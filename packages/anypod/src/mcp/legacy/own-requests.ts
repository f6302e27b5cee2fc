import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { serverClosed } from '../../core/json/rpc-error.ts';
import type { Outlet } from '../../core/server-host.ts';
import { isListChange } from '../sdk/list-changes.ts';
import { openToken } from '../sdk/progress-tokens.ts';

/** The requests that the host itself sends to one server. */
export interface OwnRequests {
  /** Gets the server's messages. Passes on those that are for the client. */
  readonly outlet: Outlet;
  /** Calls `listener` when the server announces that a list has changed. */
  onListChange(listener: () => void): void;
  /** Resolves with the response to the request that `deliver` sends with this run. */
  ask(deliver: (run: number) => void): Promise<JsonRpcResponse>;
}

/** The host's own requests to a server. Their runs count down from -1, those of clients up from 1. Clients do not get their responses. */
export function createOwnRequests(outlet: Outlet): OwnRequests {
  const waiting = new Map<number, (response: JsonRpcResponse) => void>();
  let last = 0;
  let onListChange: () => void = () => undefined;
  return {
    onListChange(listener) {
      onListChange = listener;
    },
    outlet: {
      ...outlet,
      awaits: (run) => waiting.has(run) || outlet.awaits(run),
      closed() {
        for (const [run, resolve] of waiting) resolve(serverClosed(run));
        waiting.clear();
        outlet.closed();
      },
      respond(run, response) {
        const resolve = waiting.get(run);
        if (resolve === undefined) outlet.respond(run, response);
        else resolve(response);
        waiting.delete(run);
      },
      notify(notification, related) {
        if (isListChange(notification.method)) onListChange();
        return outlet.notify(openToken(notification), related);
      },
    },
    ask(deliver) {
      last -= 1;
      const { promise, resolve } = Promise.withResolvers<JsonRpcResponse>();
      waiting.set(last, resolve);
      deliver(last);
      return promise;
    },
  };
}
