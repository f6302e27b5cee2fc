import type { ResumeStore } from '../core/store/resume-store.ts';
import { type ClientContext, headersNow, type TaskWatching } from './context.ts';
import { ASKS, createEndpoint } from './endpoint.ts';
import { createFileResumeStore } from './file-store.ts';
import { createMemoryResumeStore } from './memory-store.ts';
import { createPosts } from './posts.ts';
import { createClientSession } from './session.ts';
import { openStanding } from './standing.ts';
import { createSteps } from './steps.ts';
import { createToolKnowledge } from './tools.ts';

export interface SurvivingFetchOptions {
  /** Keeps what must outlive the process: a path makes it a file, for one run in one process at a time. Default: it lasts as long as the process. */
  readonly store?: ResumeStore | string;
  /** How tasks are waited for (2026-07-28). Default `poll`. */
  readonly tasks?: TaskWatching;
  /** How long a request is sent again while the endpoint cannot be reached, and how long a call is looked for after its last sign of life. Default 300000 ms. */
  readonly patienceMs?: number;
  /** A stream that says nothing for so long has lost its connection, as after a change of networks. Servers say something every 15 s or so. Default 45000 ms. */
  readonly silenceMs?: number;
  /** Tells of lost sessions. Default: nobody is told. */
  readonly warn?: (text: string) => void;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What the transports of both SDKs take as `fetch`. */
export type SurvivingFetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * Makes a `fetch` for the official Streamable HTTP transport of SDK v1 or v2, in both eras of the protocol. With it, a client survives lost connections, lost
 * sessions and, where a call has a name (`_meta["anypod/step"]`), the end of its own process:
 *
 *   new StreamableHTTPClientTransport(url, { fetch: createSurvivingFetch(url, { store: 'agent.json' }) })
 *
 * Requests to other URLs, such as those of OAuth, pass unchanged. One per transport.
 */
export function createSurvivingFetch(url: string | URL, options: SurvivingFetchOptions = {}): SurvivingFetch {
  const { patienceMs = 300_000, silenceMs = 45_000, tasks = 'poll', warn = () => undefined } = options;
  const { fetch = globalThis.fetch, store: where } = options;
  const endpoint = new URL(url);
  const store =
    where === undefined ? createMemoryResumeStore() : typeof where === 'string' ? createFileResumeStore(where) : where;
  const sender = createEndpoint({ url: endpoint, fetch, patienceMs, silenceMs });
  const session = createClientSession({
    endpoint: sender,
    store,
    storeKey: `${endpoint.href} session`,
    silenceMs,
    warn,
  });
  const context: ClientContext = {
    endpoint: sender,
    session,
    tools: createToolKnowledge(),
    tasks,
    patienceMs,
    silenceMs,
    authorization: null,
    suspended: new Map(),
  };
  const posts = createPosts(context, createSteps(store, endpoint.href));
  return async (input, init = {}) => {
    if (new URL(input).href !== endpoint.href) return fetch(input, init);
    const headers = new Headers(init.headers);
    context.authorization = headers.get('authorization') ?? context.authorization;
    const { method = 'GET' } = init;
    if (method === 'POST') return posts(init, headers);
    if (method === 'GET') return openStream(context, init, headers);
    const request = { ...init, headers: headersNow(context, headers) };
    if (method !== 'DELETE') return sender.send(request, ASKS);
    // Sent once: a client that leaves must not wait for an endpoint that is away. The session then ends by itself.
    const late = AbortSignal.timeout(silenceMs);
    const answer = await fetch(input, {
      ...request,
      signal: init.signal ? AbortSignal.any([init.signal, late]) : late,
    });
    if (answer.ok) await session.forget();
    return answer;
  };
}

/** The client's GET: for a call that needs other credentials, or the standing stream. */
async function openStream(context: ClientContext, init: RequestInit, headers: Headers): Promise<Response> {
  const position = headers.get('last-event-id') ?? '';
  if (position === '') return openStanding(context, headers, init);
  const call = context.suspended.get(position);
  const answer = await context.endpoint.send({ ...init, headers: headersNow(context, headers) }, ASKS);
  if (!answer.ok || call === undefined) return answer;
  context.suspended.delete(position);
  return call.continueWith(answer, headers);
}
