/** What a pod is chosen by: one HTTP request of a client. */
export interface SentRequest {
  readonly method: string;
  readonly headers: Headers;
  /** The parsed JSON body of a POST. */
  readonly body?: unknown;
}

/** The shape that the official clients' transports take as their `fetch` option. */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>;

function describe(init: RequestInit | undefined): SentRequest {
  const headers = new Headers(init?.headers);
  const method = init?.method ?? 'GET';
  return typeof init?.body === 'string' ? { method, headers, body: JSON.parse(init.body) } : { method, headers };
}

/** Sends each request to the pod that `choose` names; the pods' URLs replace the URL that the client was given. */
export function choosing(pods: readonly URL[], choose: (request: SentRequest) => number): FetchLike {
  return (_url, init) => {
    const pod = pods[choose(describe(init))];
    if (pod === undefined) throw new RangeError('the chosen pod does not exist');
    return fetch(pod, init);
  };
}

/** Sends no two requests in a row to the same pod: what a balancer without affinity does at its worst. */
export function alternating(pods: readonly URL[], first = 0): FetchLike {
  let next = first;
  return choosing(pods, () => next++ % pods.length);
}

/** `fetch`, and what resolves once a GET was answered with a stream. Official clients open theirs beside what they do next. */
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

/** The JSON-RPC method of a POST; undefined for answers, GET and DELETE. */
export function rpcMethod(request: SentRequest): string | undefined {
  return (request.body as { method?: string } | undefined)?.method;
}
