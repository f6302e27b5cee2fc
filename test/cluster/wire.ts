import { readEvents, type SseEvent } from './sse.ts';

/** Any JSON-RPC message, loosely. */
export interface Message {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Record<string, unknown> & { _meta?: Record<string, unknown> };
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data?: unknown };
}

export const LEGACY_VERSIONS = ['2025-03-26', '2025-06-18', '2025-11-25'] as const;

/** A client with all capabilities. */
const ALL_CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: {}, roots: { listChanged: true } };

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** POSTs a body. Headers whose value is null are left out. A string body is sent unchanged. */
export function post(
  pod: URL,
  body: unknown,
  headers: Record<string, string | null> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const all = Object.entries({ ...HEADERS, ...headers }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(pod, {
    method: 'POST',
    headers: Object.fromEntries(all),
    body: text,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** All messages of an answer, JSON or SSE, after it has ended. */
export async function messagesOf(response: Response): Promise<readonly Message[]> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const text = await response.text();
    return text === '' ? [] : [JSON.parse(text) as Message].flat();
  }
  const messages: Message[] = [];
  for await (const event of readEvents(response)) if (event.data !== '') messages.push(parse(event));
  return messages;
}

/** The message that an event carries. */
export function parse(event: SseEvent): Message {
  return JSON.parse(event.data) as Message;
}

/** The text of a tool's result. */
export function textOf(message: Message | undefined): string {
  const content = message?.result?.['content'] as { text: string }[] | undefined;
  return content?.[0]?.text ?? `no text in ${JSON.stringify(message)}`;
}

export interface SessionOptions {
  readonly version?: string;
  readonly capabilities?: Record<string, unknown>;
  /** The client's name. The fixture's journal uses it as the session's key. */
  readonly name?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A legacy client reduced to its HTTP requests, each sent to a pod of the test's choice. */
export interface WireSession {
  readonly id: string;
  readonly initialized: Message;
  readonly headers: Record<string, string>;
  send(pod: URL, message: object, signal?: AbortSignal): Promise<Response>;
  /** Calls a tool; `token` asks for progress. */
  call(
    pod: URL,
    id: string | number,
    name: string,
    args?: object,
    token?: string,
    signal?: AbortSignal,
  ): Promise<Response>;
  /** Opens the standing stream, or resumes the stream of `lastEventId`. */
  listen(pod: URL, lastEventId?: string, signal?: AbortSignal): Promise<Response>;
  end(pod: URL): Promise<Response>;
}

/** `initialize` on one pod, without `notifications/initialized`. */
export async function openSession(pod: URL, options: SessionOptions = {}): Promise<WireSession> {
  const version = options.version ?? '2025-11-25';
  const clientInfo = { name: options.name ?? 'wire', version: '1.2.3' };
  const params = { protocolVersion: version, capabilities: options.capabilities ?? ALL_CAPABILITIES, clientInfo };
  const { headers = {} } = options;
  const response = await post(pod, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, headers);
  if (!response.ok) throw new Error(`initialize failed: ${response.status} ${await response.text()}`);
  const id = response.headers.get('mcp-session-id');
  const [initialized] = await messagesOf(response);
  if (id === null || initialized?.result === undefined) {
    throw new Error(`initialize failed: ${response.status} ${JSON.stringify(initialized)}`);
  }
  return sessionOf(id, version, initialized, headers);
}

/** A session with another id or version, to test ids that we did not make. */
export function sessionOf(
  id: string,
  version: string,
  initialized: Message = {},
  more: Readonly<Record<string, string>> = {},
): WireSession {
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': version, ...more };
  const get = (pod: URL, method: string, extra: Record<string, string>, signal?: AbortSignal) =>
    fetch(pod, { method, headers: { ...headers, ...extra }, ...(signal === undefined ? {} : { signal }) });
  const send: WireSession['send'] = (pod, message, signal) => post(pod, message, headers, signal);
  return {
    id,
    initialized,
    headers,
    send,
    call(pod, requestId, name, args = {}, token, signal) {
      const meta = token === undefined ? {} : { _meta: { progressToken: token } };
      return send(
        pod,
        { jsonrpc: '2.0', id: requestId, method: 'tools/call', params: { name, arguments: args, ...meta } },
        signal,
      );
    },
    listen(pod, lastEventId, signal) {
      const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      return get(pod, 'GET', { accept: 'text/event-stream', ...resume }, signal);
    },
    end: (pod) => get(pod, 'DELETE', {}),
  };
}
