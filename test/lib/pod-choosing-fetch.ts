/** One HTTP request of a client, by which `choose` picks a pod. */
export interface SentRequest {
  readonly method: string;
  readonly headers: Headers;
  /** The parsed JSON body of a POST. */
  readonly body?: unknown;
}

/** The type of the `fetch` option of the official clients' transports. */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>;

function describe(init: RequestInit | undefined): SentRequest {
  const headers = new Headers(init?.headers);
  const method = init?.method ?? 'GET';
  return typeof init?.body === 'string' ? { method, headers, body: JSON.parse(init.body) } : { method, headers };
}

/** Sends each request to the pod that `choose` picks. The pod's URL replaces the URL that the client was given. */
export function choosing(pods: readonly URL[], choose: (request: SentRequest) => number): FetchLike {
  return (_url, init) => {
    const pod = pods[choose(describe(init))];
    if (pod === undefined) throw new RangeError('`choose` picked a pod that does not exist');
    return fetch(pod, init);
  };
}

/** Never sends two requests in a row to the same pod: the worst that a balancer without affinity can do. */
export function alternating(pods: readonly URL[], first = 0): FetchLike {
  let next = first;
  return choosing(pods, () => next++ % pods.length);
}

/**
 * A `fetch`, and a promise that resolves when a GET was answered with a stream. Official clients open that stream while
 * they already send other requests.
 */
export function noticingStream(send: FetchLike): { readonly fetch: FetchLike; readonly opened: Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const fetch: FetchLike = async (url, init) => {
    const response = await send(url, init);
    if (init?.method === 'GET' && response.ok) open();
    return response;
  };
  return { fetch, opened };
}

/** Whether a request carries the client's answer to a question of the server. */
export function isAnswer(request: SentRequest): boolean {
  const body = request.body;
  return typeof body === 'object' && body !== null && !('method' in body) && ('result' in body || 'error' in body);
}

/** The JSON-RPC method of a POST. Undefined: an answer, a GET or a DELETE. */
export function rpcMethod(request: SentRequest): string | undefined {
  return (request.body as { method?: string } | undefined)?.method;
}
