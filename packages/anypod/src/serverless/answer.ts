import type { Anypod } from '../anypod.ts';
import type { AuthInfo } from '../core/caller.ts';
import type { Store } from '../core/store/store.ts';
import { refuse } from '../http/reply/refusal.ts';
import { fetchWhole } from './buffered.ts';

/** A pod with its own store. `close` closes both, once. */
export interface OpenPod {
  readonly anypod: Anypod;
  readonly store: Store;
  close(): Promise<void>;
}

/** What the platform says about one invocation. */
export interface Invocation {
  /** How long the platform lets it run, in ms. Default: no limit. */
  readonly limitMs?: number | undefined;
  /** The platform sends the answer when it is complete. Default false. */
  readonly buffered?: boolean;
  /** The result of a verifier in front. */
  readonly authInfo?: AuthInfo;
}

/** An answer, and when its invocation has nothing left to do. */
export interface Answer {
  readonly response: Response;
  /** Resolves when the pod has left; for a stream, after its end. Never rejects. */
  readonly left: Promise<void>;
}

/** Answers a request on a pod. Calls `leave` when the answer does not need the pod any more. Without a pod, refuses the request. */
export async function answerOn(
  opening: Promise<OpenPod>,
  request: Request,
  { buffered, authInfo }: Omit<Invocation, 'limitMs'>,
  leave: () => Promise<void>,
): Promise<Answer> {
  try {
    const { anypod } = await opening;
    const context = authInfo === undefined ? {} : { authInfo };
    const fetchOne = (one: Request) => anypod.fetch(one, context);
    const response = await (buffered ? fetchWhole(fetchOne, request) : fetchOne(request));
    return isStream(response) ? followed(response, leave) : { response: await complete(response), left: leave() };
  } catch (error) {
    return { response: refusalOf(error), left: leave() };
  }
}

/** Whether the body comes while the pod runs. */
function isStream(response: Response): boolean {
  return response.body !== null && response.headers.get('content-type')?.startsWith('text/event-stream') === true;
}

/** The response with a body that needs the pod no more. */
async function complete(response: Response): Promise<Response> {
  return response.body === null ? response : new Response(await response.text(), response);
}

/** The response, whose body ends when its pod has left: a platform may stop the process as soon as a body has ended. */
function followed(response: Response, leave: () => Promise<void>): Answer {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({ flush: leave });
  // It fails if the client has gone.
  const ended = (response.body as ReadableStream<Uint8Array>).pipeTo(writable).catch(() => undefined);
  return { response: new Response(readable, response), left: ended.then(leave) };
}

function refusalOf(error: unknown): Response {
  let response = new Response(null, { status: 500 });
  const json = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) => {
    response = new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } });
  };
  refuse({ json }, null, error);
  return response;
}
