import type { Caller } from '../core/caller.ts';
import { FIRST_MODERN_VERSION, LEGACY_VERSIONS } from '../core/protocol-version.ts';
import { RPC } from '../core/rpc-error.ts';
import { headerOf, type Incoming } from './incoming.ts';
import { Refusal } from './refusal.ts';

const JSON_TYPE = 'application/json';
const EVENT_STREAM = 'text/event-stream';

function accepts(accept: string, type: string): boolean {
  return accept.includes(type) || accept.includes('*/*') || accept.includes(`${type.split('/', 1)[0]}/*`);
}

const LEGACY_METHODS = ['POST', 'GET', 'DELETE'];
const MODERN_METHODS = ['POST'];

/** 405 with `Allow` unless the caller's era has the method. */
export function requireMethod({ method, caller }: Incoming): void {
  const version = headerOf(caller, 'mcp-protocol-version');
  const methods = version !== undefined && version >= FIRST_MODERN_VERSION ? MODERN_METHODS : LEGACY_METHODS;
  if (methods.includes(method)) return;
  const allow = methods.join(', ');
  throw new Refusal(405, RPC.refused, `${method} is not served here. Use ${allow}.`, { allow });
}

/** 415 unless the body is declared as JSON. */
export function requireJson(caller: Caller): void {
  const type = headerOf(caller, 'content-type');
  if (type === JSON_TYPE || type?.split(';', 1)[0]?.trim().toLowerCase() === JSON_TYPE) return;
  throw new Refusal(415, RPC.refused, 'Send the message as Content-Type: application/json.');
}

/** 406 unless the client takes both forms that an answer may have (Streamable HTTP, Sending Messages). */
export function requireAcceptsAnswer(caller: Caller): void {
  const accept = headerOf(caller, 'accept') ?? '';
  if (accepts(accept, JSON_TYPE) && accepts(accept, EVENT_STREAM)) return;
  throw new Refusal(406, RPC.refused, 'Send Accept: application/json, text/event-stream; the answer may be either.');
}

/** 406 unless the client takes events. */
export function requireAcceptsEvents(caller: Caller): void {
  if (accepts(headerOf(caller, 'accept') ?? '', EVENT_STREAM)) return;
  throw new Refusal(406, RPC.refused, 'Send Accept: text/event-stream; a GET opens an event stream.');
}

/**
 * 400 for a version header that names no revision with sessions. A known one that is not the session's is let pass, under the session's
 * rules: the official suite sends it.
 */
export function requireKnownVersion(caller: Caller): void {
  const version = headerOf(caller, 'mcp-protocol-version');
  if (version === undefined || LEGACY_VERSIONS.includes(version.trim())) return;
  const known = LEGACY_VERSIONS.join(', ');
  throw new Refusal(400, RPC.refused, `Unsupported MCP-Protocol-Version. Sessions are served in ${known}.`);
}
