import Negotiator from 'negotiator';
import type { Caller } from '../../core/caller.ts';
import { RPC } from '../../core/json/rpc-error.ts';
import type { AnswerForm } from '../../core/reply.ts';
import { FIRST_MODERN_VERSION, LEGACY_VERSIONS } from '../../core/session/protocol-version.ts';
import { Refusal } from '../reply/refusal.ts';
import { headerOf, type Incoming } from './incoming.ts';

const JSON_TYPE = 'application/json';
const EVENT_STREAM = 'text/event-stream';

/** What nearly every client sends. */
const USUAL = 'application/json, text/event-stream';

const LEGACY_METHODS = ['POST', 'GET', 'DELETE'];
const MODERN_METHODS = ['POST'];

/** Throws 405 with `Allow` if the caller's era does not have the method. */
export function requireMethod({ method, caller }: Incoming): void {
  const version = headerOf(caller, 'mcp-protocol-version');
  const methods = version !== undefined && version >= FIRST_MODERN_VERSION ? MODERN_METHODS : LEGACY_METHODS;
  if (methods.includes(method)) return;
  const allow = methods.join(', ');
  throw new Refusal(405, RPC.refused, `${method} is not served here. Use ${allow}.`, { allow });
}

/** Throws 415 if the body is not declared as JSON. */
export function requireJson(caller: Caller): void {
  const type = headerOf(caller, 'content-type');
  if (type === JSON_TYPE || type?.split(';', 1)[0]?.trim().toLowerCase() === JSON_TYPE) return;
  throw new Refusal(415, RPC.refused, 'Send the message as Content-Type: application/json.');
}

/**
 * The media types among `types` that the client accepts; all of them without an `Accept` (RFC 9110 §12.5.1). Parameters of a type,
 * such as a charset, are ignored.
 */
function accepted(caller: Caller, types: readonly string[]): readonly string[] {
  const accept = headerOf(caller, 'accept');
  if (accept === undefined || accept === '') return types;
  const negotiator = new Negotiator({ headers: { accept } });
  const named = negotiator.mediaTypes().map((type) => type.toLowerCase());
  return types.filter((type) => named.includes(type) || negotiator.mediaTypes([type]).length > 0);
}

/** The form of answer that the client accepts. Throws `Refusal` 406 if it accepts neither. */
export function answerForm(caller: Caller): AnswerForm {
  if (headerOf(caller, 'accept') === USUAL) return 'either';
  const types = accepted(caller, [JSON_TYPE, EVENT_STREAM]);
  if (types.length > 1) return 'either';
  if (types.length > 0) return types[0] === JSON_TYPE ? 'json' : 'stream';
  throw new Refusal(406, RPC.refused, `Send Accept: ${USUAL}; the answer may be either.`);
}

/** 406 for a client that does not accept a stream where nothing else is possible. */
export function noEvents(): Refusal {
  return new Refusal(406, RPC.refused, 'The answer is an event stream. Send Accept: text/event-stream.');
}

/** Throws 406 if the client does not accept events. */
export function requireAcceptsEvents(caller: Caller): void {
  if (headerOf(caller, 'accept') === EVENT_STREAM) return;
  if (accepted(caller, [EVENT_STREAM]).length === 0) throw noEvents();
}

/**
 * Throws 400 if the version header names no revision with sessions. A known version that is not the session's passes, under the session's
 * rules: the official suite sends it.
 */
export function requireKnownVersion(caller: Caller): void {
  const version = headerOf(caller, 'mcp-protocol-version');
  if (version === undefined || LEGACY_VERSIONS.includes(version.trim())) return;
  const known = LEGACY_VERSIONS.join(', ');
  throw new Refusal(400, RPC.refused, `Unsupported MCP-Protocol-Version. Sessions are served in ${known}.`);
}
