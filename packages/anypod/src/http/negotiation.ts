import Negotiator from 'negotiator';
import type { Caller } from '../core/caller.ts';
import { FIRST_MODERN_VERSION, LEGACY_VERSIONS } from '../core/protocol-version.ts';
import type { AnswerForm } from '../core/reply.ts';
import { RPC } from '../core/rpc-error.ts';
import { headerOf, type Incoming } from './incoming.ts';
import { Refusal } from './refusal.ts';

const JSON_TYPE = 'application/json';
const EVENT_STREAM = 'text/event-stream';

/** What nearly every client sends. */
const USUAL = 'application/json, text/event-stream';

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

/** The media types of `types` that the client takes; without an `Accept` all of them (RFC 9110 §12.5.1). */
function accepted(caller: Caller, types: string[]): readonly string[] {
  const accept = headerOf(caller, 'accept');
  return accept === undefined || accept === '' ? types : new Negotiator({ headers: { accept } }).mediaTypes(types);
}

/** Which form the client takes an answer in. Throws `Refusal` 406 where it takes neither. */
export function answerForm(caller: Caller): AnswerForm {
  if (headerOf(caller, 'accept') === USUAL) return 'either';
  const types = accepted(caller, [JSON_TYPE, EVENT_STREAM]);
  if (types.length > 1) return 'either';
  if (types.length > 0) return types[0] === JSON_TYPE ? 'json' : 'stream';
  throw new Refusal(406, RPC.refused, `Send Accept: ${USUAL}; the answer may be either.`);
}

/** 406 to a client that does not take the stream which is all that there is. */
export function noEvents(): Refusal {
  return new Refusal(406, RPC.refused, 'The answer is an event stream. Send Accept: text/event-stream.');
}

/** 406 unless the client takes events. */
export function requireAcceptsEvents(caller: Caller): void {
  if (headerOf(caller, 'accept') === EVENT_STREAM) return;
  if (accepted(caller, [EVENT_STREAM]).length === 0) throw noEvents();
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
