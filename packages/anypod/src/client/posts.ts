import {
  isNotification,
  isRequest,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../core/json/json-rpc.ts';
import { type ClientContext, headersNow, jsonResponse, reading, sendInSession } from './context.ts';
import { ASKS, type Care } from './endpoint.ts';
import { responseIn } from './events.ts';
import { Exchange } from './exchange.ts';
import { prepareCall } from './prepare-call.ts';
import { SESSION_HEADER } from './saved-session.ts';
import type { Steps } from './steps.ts';

/** What is no message that this client knows, such as a batch. */
const UNKNOWN: Care = { safe: false, prompt: false };

/** Serves the client's POSTs. */
export type Posts = (init: RequestInit, headers: Headers) => Promise<Response>;

export function createPosts(context: ClientContext, steps: Steps): Posts {
  /** The calls under way, by the ids that the client gave them. */
  const running = new Map<RequestId, Exchange>();

  /** The server knows a call by the id under which it was sent, which may have been in another process. */
  async function cancel(message: JsonRpcNotification, init: RequestInit, headers: Headers): Promise<Response> {
    const id = message.params?.['requestId'] as RequestId;
    const exchange = running.get(id);
    const params = { ...message.params, requestId: exchange?.sentId ?? id };
    const answer = await tell(context, { ...message, params }, init, headers);
    exchange?.cancel();
    return answer;
  }

  async function call(request: JsonRpcRequest, init: RequestInit, headers: Headers): Promise<Response> {
    const onEnd = () => void running.delete(request.id);
    const prepared = await prepareCall(context, steps, { request, init, headers, onEnd });
    if (prepared instanceof Response) return prepared;
    const exchange = new Exchange(context, prepared);
    running.set(request.id, exchange);
    const answer = await exchange.answer();
    if (answer.ok) await context.session.taken(request);
    return answer;
  }

  return async (init, headers) => {
    const message = readMessage(init.body);
    if (message === undefined)
      return context.endpoint.send({ ...init, headers: headersNow(context, headers) }, UNKNOWN);
    if (!isRequest(message)) {
      const cancels = isNotification(message) && message.method === 'notifications/cancelled';
      return cancels ? cancel(message, init, headers) : tell(context, message, init, headers);
    }
    if (message.method === 'initialize') return initialize(context, message, init, headers);
    // The client itself notices when this stream ends, and reads again what may have changed meanwhile.
    if (message.method === 'subscriptions/listen') return context.endpoint.send({ ...init, headers }, ASKS);
    return call(message, init, headers);
  };
}

function readMessage(body: RequestInit['body']): JsonRpcMessage | undefined {
  try {
    const message: unknown = JSON.parse(String(body));
    return typeof message === 'object' && !Array.isArray(message) ? (message as JsonRpcMessage) : undefined;
  } catch {
    return undefined;
  }
}

/** Sends what gets no response. An answer to a question of a lost session means nothing to a new one. */
async function tell(
  context: ClientContext,
  message: JsonRpcMessage,
  init: RequestInit,
  sent: Headers,
): Promise<Response> {
  const { session, endpoint } = context;
  const notified = isNotification(message);
  if (notified && message.method === 'notifications/initialized' && session.initialized) {
    return new Response(null, { status: 202 });
  }
  const make = (headers: Headers): RequestInit => ({ ...init, body: JSON.stringify(message), headers });
  const answer = notified
    ? await sendInSession(context, sent, make, ASKS)
    : await endpoint.send(make(headersNow(context, sent)), ASKS);
  if (answer.ok) await session.taken(message);
  return answer;
}

/** Opens a session, unless the store has one that was opened in the same way. */
async function initialize(
  context: ClientContext,
  request: JsonRpcRequest,
  init: RequestInit,
  headers: Headers,
): Promise<Response> {
  const { session, endpoint } = context;
  const known = await session.remembered(request);
  const answer = known === undefined ? await endpoint.send({ ...init, headers }, ASKS) : jsonResponse(known);
  if (!answer.ok) return answer;
  const response = await responseIn(answer, request.id, reading(context, false));
  if (response === undefined) throw new Error('The endpoint did not answer initialize.');
  if (known === undefined && response.result !== undefined) await session.opened(request, answer, response.result);
  return jsonResponse(response, session.id === undefined ? {} : { [SESSION_HEADER]: session.id });
}
