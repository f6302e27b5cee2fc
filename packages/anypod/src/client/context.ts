import type { JsonRpcRequest, JsonRpcResponse } from '../core/json/json-rpc.ts';
import type { Care, Endpoint } from './endpoint.ts';
import type { Reading } from './events.ts';
import { SESSION_HEADER } from './saved-session.ts';
import type { ClientSession } from './session.ts';
import type { Step } from './steps.ts';

/** How a task's end is noticed: by asking at the task's own pace, or by a stream that tells of changes. `off`: tasks are the client's own matter. */
export type TaskWatching = 'poll' | 'follow' | 'off';

/** What the server's tools declare about being called twice. */
export interface ToolKnowledge {
  /** Whether the call may be sent again although it may have run. Asks the server for its tools when the tool is not known yet. */
  isSafe(context: ClientContext, call: ClientCall): Promise<boolean>;
  /** Whether the call runs on without its connection and a repeat joins it: the retry guard of anypod, with `cancellable: false`. */
  isLasting(context: ClientContext, call: ClientCall): Promise<boolean>;
}

/** What all requests of one client share. */
export interface ClientContext {
  readonly endpoint: Endpoint;
  readonly session: ClientSession;
  readonly tools: ToolKnowledge;
  readonly tasks: TaskWatching;
  readonly patienceMs: number;
  readonly silenceMs: number;
  /** The newest `Authorization` that the client has sent: tokens are renewed while calls run. */
  authorization: string | null;
  /** Calls whose streams the client itself must resume, with other credentials, by their positions. */
  readonly suspended: Map<string, { continueWith(source: Response, headers: Headers): Response }>;
}

/** One request of the client. */
export interface ClientCall {
  /** As it goes to the server. */
  readonly request: JsonRpcRequest;
  /** The client's own headers. */
  readonly headers: Headers;
  /** The other members of the client's `fetch`: how to follow redirects, and the signal that ends the request. */
  readonly init: RequestInit;
  readonly modern: boolean;
  /** Whether the task extension was declared in the client's name. */
  readonly tasks: boolean;
  readonly step: Step;
  /** The key by which the server's retry guard knows the call. */
  readonly guardKey?: string;
  /** The client has nothing more to do with the call. */
  readonly onEnd: () => void;
}

/** The headers with which a request of the call goes out now. */
export function headersNow({ session, authorization }: ClientContext, headers: Headers): Headers {
  const changed = session.headers(new Headers(headers));
  if (authorization !== null) changed.set('authorization', authorization);
  return changed;
}

/**
 * Sends a request in the session that the client has. If that is gone (404), the server took nothing: the request is sent again in a new session, once.
 * `make` gets the headers, and whether the session is new.
 */
export async function sendInSession(
  context: ClientContext,
  sent: Headers,
  make: (headers: Headers, renewed: boolean) => RequestInit,
  care: Care,
): Promise<Response> {
  for (let renewed = false; ; renewed = true) {
    const headers = headersNow(context, sent);
    const answer = await context.endpoint.send(make(headers, renewed), care);
    const session = headers.get(SESSION_HEADER);
    if (answer.status !== 404 || session === null || renewed) return answer;
    if (!(await context.session.replace(session, headers))) return answer;
    await answer.body?.cancel();
  }
}

/** A stream of the call. `watched`: whether its silence means that the connection is lost. */
export function reading({ silenceMs }: ClientContext, watched: boolean): Reading {
  return { silenceMs, watched: () => watched };
}

export function jsonResponse(message: JsonRpcResponse, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(message), { headers: { 'content-type': 'application/json', ...headers } });
}
