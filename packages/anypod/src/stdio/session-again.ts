import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse, RequestId } from '../core/json-rpc.ts';

/**
 * Opens the client's session again after the endpoint has lost it (404), with the same `initialize`, log level and subscriptions. Most clients cannot do
 * that themselves.
 */
export interface SessionAgain {
  /** Notes a request that a new session needs too. */
  note(request: JsonRpcRequest): void;
  /** Opens a new session. False: the client has none, or it could not be opened. Several callers share one attempt. */
  begin(): Promise<boolean>;
  /** Whether the response belongs to a request of this object, not to one of the client. */
  takes(response: JsonRpcResponse): boolean;
  /** The protocol version if the response opens the client's session. Undefined: it does not. */
  opened(response: JsonRpcResponse): string | undefined;
}

const OWN_ID = 'anypod-again-';
/** How many subscriptions are made again. */
const MOST_SUBSCRIPTIONS = 1000;

/** `send` sends a message to the endpoint. */
export function createSessionAgain(send: (message: JsonRpcMessage) => Promise<void>): SessionAgain {
  let initialize: JsonRpcRequest | undefined;
  let level: JsonRpcRequest | undefined;
  const subscriptions = new Map<unknown, JsonRpcRequest>();
  const waiting = new Map<RequestId, (response: JsonRpcResponse) => void>();
  let beginning: Promise<boolean> | undefined;
  let last = 0;

  async function ask(request: JsonRpcRequest): Promise<JsonRpcResponse> {
    last += 1;
    const id = `${OWN_ID}${last}`;
    const { promise, resolve } = Promise.withResolvers<JsonRpcResponse>();
    waiting.set(id, resolve);
    try {
      await send({ ...request, id });
      return await promise;
    } finally {
      waiting.delete(id);
    }
  }

  async function open(): Promise<boolean> {
    if (initialize === undefined) return false;
    const response = await ask(initialize);
    if (response.error !== undefined) return false;
    await send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    for (const request of [...(level === undefined ? [] : [level]), ...subscriptions.values()]) await ask(request);
    return true;
  }

  return {
    note(request) {
      const uri = request.params?.['uri'];
      if (request.method === 'initialize') initialize = request;
      else if (request.method === 'logging/setLevel') level = request;
      else if (request.method === 'resources/unsubscribe') subscriptions.delete(uri);
      else if (request.method === 'resources/subscribe' && subscriptions.size < MOST_SUBSCRIPTIONS) {
        subscriptions.set(uri, request);
      }
    },
    begin() {
      beginning ??= open()
        .catch(() => false)
        .finally(() => {
          beginning = undefined;
        });
      return beginning;
    },
    takes(response) {
      const resolve = response.id === null ? undefined : waiting.get(response.id);
      resolve?.(response);
      return resolve !== undefined;
    },
    opened({ id, result }) {
      return id === initialize?.id ? (result?.['protocolVersion'] as string | undefined) : undefined;
    },
  };
}
