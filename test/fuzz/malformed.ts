import fc from 'fast-check';
import { bodyOf } from './bodies.ts';
import { headersOf } from './headers.ts';
import { MESSAGES, MODERN_MESSAGES } from './messages.ts';
import { LIVE_SESSION, type Malformed } from './request.ts';
import { unframed } from './unframed.ts';

/** Headers that say who sends a request. */
export type Credentials = fc.Arbitrary<Malformed['headers']>;
const NOBODY: Credentials = fc.constant([]);

export const JSON_HEADERS = [
  ['content-type', 'application/json'],
  ['accept', 'application/json, text/event-stream'],
] as const;
const IN_SESSION = [...JSON_HEADERS, ['mcp-session-id', LIVE_SESSION], ['mcp-protocol-version', '2025-11-25']] as const;
const MODERN = [
  ...JSON_HEADERS,
  ['mcp-protocol-version', '2026-07-28'],
  ['mcp-method', 'tools/call'],
  ['mcp-name', 'echo'],
] as const;

const PATHS = [
  '/mcp',
  '/mcp/',
  '/mcp?x=1',
  '/mcp?access_token=x',
  '//mcp',
  '/%6dcp',
  '/sse',
  '/messages',
  '/messages?sessionId=x',
  '/readyz',
  '/livez',
  '/',
  '/%',
  '/.well-known/oauth-protected-resource/mcp',
  `/${'a'.repeat(4000)}`,
];
const METHODS = ['POST', 'GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'];

/** What a client posts to `path`: known messages, changed or spoilt, under headers of which some are changed. */
export const posted = (
  path: string,
  usual: Malformed['headers'],
  known: readonly unknown[] = MESSAGES,
): fc.Arbitrary<Malformed> =>
  fc.record({ method: fc.constant('POST'), path: fc.constant(path), headers: headersOf(usual), body: bodyOf(known) });

/** Any method at any of these paths. */
export const anyMethod = (
  paths: readonly string[],
  usual: Malformed['headers'] = IN_SESSION,
): fc.Arbitrary<Malformed> =>
  fc.record({
    method: fc.constantFrom(...METHODS),
    path: fc.constantFrom(...paths),
    headers: headersOf(usual),
    body: bodyOf(MESSAGES),
  });

const signed = (requests: fc.Arbitrary<Malformed>, credentials: Credentials): fc.Arbitrary<Malformed> =>
  fc
    .tuple(requests, credentials)
    .map(([request, headers]) => ({ ...request, headers: [...request.headers, ...headers] }));

/** Requests as a client never sends them: hardly JSON, hardly JSON-RPC, hardly MCP, hardly HTTP; and some that are well formed, so that others meet them. */
export const malformed = (credentials: Credentials = NOBODY): fc.Arbitrary<Malformed> => {
  const inSession = signed(posted('/mcp', IN_SESSION), credentials);
  return fc.oneof(
    { weight: 10, arbitrary: inSession },
    { weight: 6, arbitrary: signed(posted('/mcp', MODERN, MODERN_MESSAGES), credentials) },
    { weight: 2, arbitrary: signed(posted('/mcp', JSON_HEADERS, [...MESSAGES, ...MODERN_MESSAGES]), credentials) },
    { weight: 4, arbitrary: signed(anyMethod(PATHS), credentials) },
    { weight: 1, arbitrary: unframed(inSession) },
  );
};
