import type { Caller } from '../../core/caller.ts';
import type { EndpointReply } from '../reply/endpoint-reply.ts';
import { headerOf } from './incoming.ts';
import { isAllowedOrigin } from './origin-guard.ts';

type Headers = Readonly<Record<string, string>>;

/** What pages of other origins may read of an answer. */
const EXPOSED = 'Mcp-Session-Id, Mcp-Protocol-Version, Last-Event-ID, WWW-Authenticate, DPoP-Nonce, Retry-After';
const METHODS = 'GET, POST, DELETE';
/** The headers of MCP's clients. Those that begin with `mcp-` are allowed too, because tools name some of them. */
const ALLOWED = [
  'accept',
  'authorization',
  'content-type',
  'dpop',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
];
const MAX_AGE_SECONDS = '7200';

/** Lets pages of the configured origins read answers (Fetch, HTTP-CORS protocol). Never with cookies: callers send tokens. */
export interface Cors {
  /** The headers for each answer. Undefined: the caller is no page of a configured origin. */
  headersFor(caller: Caller): Headers | undefined;
  /** The headers for a preflight, in addition to those of each answer. */
  preflight(caller: Caller): Headers;
}

export function createCors(allowedOrigins: readonly string[]): Cors {
  return {
    headersFor(caller) {
      const origin = headerOf(caller, 'origin');
      if (origin === undefined || !isAllowedOrigin(origin, allowedOrigins)) return undefined;
      return { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED, vary: 'Origin' };
    },
    preflight(caller) {
      const asked = (headerOf(caller, 'access-control-request-headers') ?? '').toLowerCase().split(/[\s,]+/);
      const own = asked.filter((name) => /^mcp-[a-z0-9-]{1,100}$/.test(name) && !ALLOWED.includes(name));
      return {
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': [...ALLOWED, ...own.slice(0, 100)].join(', '),
        'access-control-max-age': MAX_AGE_SECONDS,
      };
    },
  };
}

/** Adds headers to whatever is answered. */
export function withHeaders(reply: EndpointReply, headers: Headers): EndpointReply {
  return {
    json: (status, body, own) => reply.json(status, body, { ...headers, ...own }),
    empty: (status, own) => reply.empty(status, { ...headers, ...own }),
    stream: (own) => reply.stream({ ...headers, ...own }),
    response(response) {
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      reply.response(response);
    },
  };
}
