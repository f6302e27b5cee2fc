import type { Attributes } from '@opentelemetry/api';
import type { Caller } from '../core/caller.ts';
import type { Asked, Received } from '../core/traces.ts';
import { ATTR } from './conventions.ts';

const MOST = 100;
const VERSION = /^\d{4}-\d\d-\d\d$/;
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
const NAMES: Readonly<Record<string, string>> = { 'tools/call': ATTR.tool, 'prompts/get': ATTR.prompt };

type Params = Readonly<Record<string, unknown>>;

/** `tools/call <tool>`, `prompts/get <prompt>`, else the method. */
export function nameOf({ method, body }: Received): string {
  const short = method.slice(0, MOST);
  if (method !== 'tools/call' && method !== 'prompts/get') return short;
  const named = paramsOf(body)['name'];
  return typeof named === 'string' ? `${short} ${named.slice(0, MOST)}` : short;
}

/** What a span says of a message: names and ids, never arguments, results, tokens or the session's id itself. */
export function attributesOf({ method, era, body, caller }: Received, hash: (text: string) => string): Attributes {
  const params = paramsOf(body);
  const { id } = (body ?? {}) as { readonly id?: unknown };
  const session = caller.headers['mcp-session-id'] ?? sessionInUrl(caller.url);
  const meta = params['_meta'] as Params | undefined;
  const version = caller.headers['mcp-protocol-version'] ?? meta?.[VERSION_KEY] ?? params['protocolVersion'];
  return {
    [ATTR.method]: method.slice(0, MOST),
    'anypod.era': era,
    [ATTR.transport]: 'tcp',
    [ATTR.protocol]: 'http',
    ...(method === 'tools/call' && { [ATTR.operation]: 'execute_tool' }),
    ...(method in NAMES && { [NAMES[method] as string]: String(params['name']).slice(0, MOST) }),
    ...(typeof params['uri'] === 'string' && { [ATTR.resource]: withoutSecrets(params['uri']) }),
    ...((typeof id === 'string' || typeof id === 'number') && { [ATTR.request]: String(id) }),
    ...(typeof version === 'string' && VERSION.test(version) && { [ATTR.version]: version }),
    ...(typeof session === 'string' && { [ATTR.session]: hash(session) }),
  };
}

/** What a span says of a question to the client, of which it says no text. */
export function attributesOfQuestion(
  method: string,
  { question, session, version }: Asked,
  hash: (text: string) => string,
): Attributes {
  return {
    [ATTR.method]: method,
    [ATTR.request]: question,
    [ATTR.session]: hash(session),
    ...(version !== undefined && { [ATTR.version]: version }),
  };
}

/** What a span says of a request whose message is not known, or that has none. `httpMethod` is one of `HTTP_METHODS`. */
export function attributesOfHttp(
  httpMethod: string,
  { headers, url }: Caller,
  hash: (text: string) => string,
): Attributes {
  const session = headers['mcp-session-id'] ?? sessionInUrl(url);
  const version = headers['mcp-protocol-version'];
  return {
    [ATTR.httpMethod]: httpMethod,
    [ATTR.transport]: 'tcp',
    [ATTR.protocol]: 'http',
    ...(typeof version === 'string' && VERSION.test(version) && { [ATTR.version]: version }),
    ...(typeof session === 'string' && { [ATTR.session]: hash(session) }),
  };
}

/** Empty: the message has none. */
export function paramsOf(body: unknown): Params {
  return (body as { readonly params?: Params } | null)?.params ?? {};
}

/** Clients of HTTP+SSE name their session in the URL. */
function sessionInUrl(url: string): string | undefined {
  return /[?&]sessionId=([^&#]+)/.exec(url)?.[1];
}

/** A URI without its user, query and fragment, where keys and arguments stand. */
function withoutSecrets(uri: string): string {
  return uri
    .slice(0, 2 * MOST)
    .replace(/[?#].*$/s, '')
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}
