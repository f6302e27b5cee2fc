import type { JsonRpcMessage, RequestId } from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';

/** A question of this kind waits for no handler: its handler is called again with the answer, on any pod. */
const ROUND = 'anypod/round';

/** The beginning of the event ids of an exchange; see `createEventIds`. */
const EXCHANGE = 'x.';

/** What a request asks for, as far as it can be read. */
interface Asked {
  readonly id: RequestId | null;
  readonly method: string | undefined;
}

/**
 * Fetches an answer as a whole, for platforms that send a body when it is complete. What such a platform cannot do is refused: 405 for a standing
 * stream, 404 and -32601 for `subscriptions/listen`, and -32603 of reason `buffered` for a handler that waits for an answer of its client.
 */
export async function fetchWhole(fetch: (request: Request) => Promise<Response>, request: Request): Promise<Response> {
  const text = request.method === 'POST' ? await request.text() : undefined;
  const { id, method } = askedFor(text);
  const refused = refuseEndless(request, id, method);
  if (refused !== undefined) return refused;

  const send = (body: string | undefined) =>
    fetch(new Request(request.url, { method: request.method, headers: request.headers, ...(body && { body }) }));
  const response = await send(text);
  const type = response.headers.get('content-type');
  if (response.body === null || !type?.startsWith('text/event-stream')) return response;

  const { events, question } = await readUntilQuestion(response.body);
  if (question === undefined || text === undefined || isRound(question)) return new Response(events, response);
  await send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }));
  const message =
    'This address sends an answer only when it is complete, so a handler cannot wait for an answer of its client. ' +
    'Call over an address that streams, or let the tool return inputRequired.';
  return json(200, rpcError(id, RPC.internal, message, { reason: 'buffered' }));
}

/** Refuses what has no end, so that its answer would never be sent. */
function refuseEndless(request: Request, id: RequestId | null, method: string | undefined): Response | undefined {
  if (request.method === 'GET' && !request.headers.get('last-event-id')?.startsWith(EXCHANGE)) {
    const message =
      'This address sends an answer only when it is complete, so it has no standing stream. Use an address that streams.';
    return json(405, rpcError(null, RPC.refused, message), { allow: 'POST, DELETE' });
  }
  if (method !== 'subscriptions/listen') return undefined;
  const message =
    'This address sends an answer only when it is complete, so nobody can listen here. Use an address that streams, or ask again later.';
  return json(404, rpcError(id, RPC.methodNotFound, message));
}

/** Reads events up to the first question to the client, with it. */
async function readUntilQuestion(
  body: ReadableStream<Uint8Array>,
): Promise<{ events: string; question?: JsonRpcMessage }> {
  const decoder = new TextDecoder();
  let events = '';
  let looked = 0;
  for await (const chunk of body) {
    events += decoder.decode(chunk, { stream: true });
    for (let end = events.indexOf('\n\n', looked); end >= 0; end = events.indexOf('\n\n', looked)) {
      const question = questionIn(events.slice(looked, end));
      looked = end + 2;
      // Leaving the loop cancels the body.
      if (question !== undefined) return { events: events.slice(0, looked), question };
    }
  }
  return { events };
}

function questionIn(event: string): JsonRpcMessage | undefined {
  const data = /^data: (\{.*)$/m.exec(event)?.[1];
  const message = data === undefined ? undefined : (JSON.parse(data) as JsonRpcMessage);
  return message !== undefined && 'method' in message && 'id' in message ? message : undefined;
}

function isRound(message: JsonRpcMessage): boolean {
  const params = 'params' in message ? message.params : undefined;
  const meta = params?.['_meta'] as Readonly<Record<string, unknown>> | undefined;
  return meta?.[ROUND] !== undefined;
}

/** The id and method of the first message. Nothing, if the body is not JSON: the pod refuses it. */
function askedFor(text: string | undefined): Asked {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    const first = (Array.isArray(parsed) ? parsed[0] : parsed) as Partial<Asked> | null;
    return { id: first?.id ?? null, method: first?.method };
  } catch {
    return { id: null, method: undefined };
  }
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}
