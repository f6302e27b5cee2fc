import http, { type RefinedResponse } from 'k6/http';
import { parseEvents } from './sse.ts';

/** `bare`: the same message to a server that knows neither sessions nor MCP. */
export type Era = 'legacy' | 'modern' | 'bare';

/** A client of one server: for the sessions of the 2025 revisions, for the stateless one of 2026, or for none. */
export interface Client {
  readonly url: string;
  readonly era: Era;
  readonly headers: Readonly<Record<string, string>>;
}

export interface CallOptions {
  /** More members of `params`: answers to questions, and the state they belong to. */
  readonly more?: object;
  /** Asks for progress, which makes the answer an event stream. */
  readonly streamed?: boolean;
  readonly tags?: Record<string, string>;
  /** Says that the client knows tasks of 2026-07-28. */
  readonly tasks?: boolean;
  /** Of the whole request, as k6 writes it. Default 60s. */
  readonly timeout?: string;
}

/** The answer of one call. */
export interface Called {
  readonly response: RefinedResponse<'text'>;
  /** The JSON-RPC response; undefined where none came. */
  readonly message: JsonRpcResponse | undefined;
}

export interface JsonRpcResponse {
  readonly id: number | string | null;
  readonly result?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly [member: string]: unknown };
  readonly error?: { readonly code: number; readonly message: string };
}

const LEGACY = '2025-11-25';
const MODERN = '2026-07-28';
const CLIENT_INFO = { name: 'k6', version: '1.0.0' };
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
};

const WITH_TASKS = {
  ...ENVELOPE,
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
};

/** Opens a session where the era has them. Throws where the server gives none. */
export function connect(url: string, era: Era, tags: Record<string, string> = {}): Client {
  if (era !== 'legacy') return { url, era, headers: JSON_HEADERS };
  const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT_INFO };
  const opened = post(url, JSON_HEADERS, { id: 0, method: 'initialize', params }, { tags });
  const session = opened.headers['Mcp-Session-Id'];
  if (session === undefined) throw new Error(`initialize gave no session: ${opened.status} ${opened.body}`);
  const headers = { ...JSON_HEADERS, 'mcp-session-id': session, 'mcp-protocol-version': LEGACY };
  post(url, headers, { method: 'notifications/initialized' }, { tags });
  return { url, era, headers };
}

/** Ends a session; nothing where there is none. */
export function disconnect({ url, era, headers }: Client): void {
  if (era === 'legacy') http.del(url, null, { headers: { ...headers }, tags: { name: 'DELETE' } });
}

/** Calls a tool and waits for its response, whether it comes as JSON or at the end of a stream. */
export function callTool(client: Client, name: string, args: object, options: CallOptions = {}): Called {
  const envelope = options.tasks ? WITH_TASKS : ENVELOPE;
  const meta = { ...(client.era === 'modern' ? envelope : {}), ...(options.streamed ? { progressToken: 1 } : {}) };
  const params = { name, arguments: args, ...(Object.keys(meta).length > 0 ? { _meta: meta } : {}), ...options.more };
  const response = post(client.url, headersOf(client, name), { id: 1, method: 'tools/call', params }, options);
  return { response, message: responseIn(response) };
}

/** Asks for a task of 2026-07-28. */
export function getTask(client: Client, taskId: string): Called {
  const headers = { ...headersOf(client, taskId), 'mcp-method': 'tasks/get' };
  const params = { taskId, _meta: WITH_TASKS };
  const response = post(client.url, headers, { id: 1, method: 'tasks/get', params }, { tags: { name: 'tasks/get' } });
  return { response, message: responseIn(response) };
}

function headersOf({ era, headers }: Client, tool: string): Record<string, string> {
  if (era !== 'modern') return { ...headers };
  return { ...headers, 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': tool };
}

function post(url: string, headers: Record<string, string>, message: object, { tags, timeout }: CallOptions) {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return http.post(url, body, {
    headers,
    responseType: 'text',
    tags: tags ?? {},
    timeout: timeout ?? '60s',
  });
}

function responseIn({ body, headers }: RefinedResponse<'text'>): JsonRpcResponse | undefined {
  if (typeof body !== 'string' || body === '') return undefined;
  if (!headers['Content-Type']?.startsWith('text/event-stream')) return JSON.parse(body) as JsonRpcResponse;
  const messages = parseEvents(body).flatMap(({ data }) => (data === '' ? [] : [JSON.parse(data) as JsonRpcResponse]));
  return messages.find(({ id, result, error }) => id !== undefined && (result !== undefined || error !== undefined));
}
