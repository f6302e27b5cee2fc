import { Denied } from '../../core/denied.ts';
import { AnypodError, type AnypodErrorCode } from '../../core/errors.ts';
import type { RequestId } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import { Limited } from '../../core/limited.ts';
import { asRefusalReason, type RefusalReason, type RequestFault, reasonOfStatus } from '../../core/refused.ts';
import type { Reply } from '../../core/reply.ts';
import { ScopeChallenge } from '../../core/scope-challenge.ts';

/** Refuses a request before anything is done: an HTTP status, and a JSON-RPC error that says what to do instead. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The request's id, if the code that refuses knows it. */
  readonly id: RequestId | null;
  readonly reason: RefusalReason;

  constructor(
    status: number,
    code: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    id: RequestId | null = null,
    reason?: RequestFault,
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.id = id;
    this.reason = reason ?? reasonOfStatus(status);
  }
}

/** 413 */
export function tooLarge(maxBytes: number): Limited {
  return new Limited(413, 'body_too_large', `The body is larger than ${maxBytes} bytes. Send less at once.`);
}

/** The HTTP form of anypod's own faults. */
const ERROR_TABLE: Readonly<Record<AnypodErrorCode, { status: number; headers?: Record<string, string> }>> = {
  store_unavailable: { status: 503, headers: { 'retry-after': '1' } },
  store_refused: { status: 500 },
  payload_unreadable: { status: 500 },
  no_common_payload_key: { status: 500 },
  subscription_limit: { status: 429 },
  no_common_version: { status: 500 },
  factory_failed: { status: 500 },
  invalid_secret: { status: 500 },
  invalid_options: { status: 500 },
  // Code of the user's server gets these from what it keeps and begins. A client sees them only if the server passes them on.
  state_too_large: { status: 500 },
  state_conflict: { status: 500 },
  state_gone: { status: 500 },
  handle_limit: { status: 500 },
  task_limit: { status: 500 },
  task_refused: { status: 500 },
  draining: { status: 503, headers: { 'retry-after': '1' } },
};

/** Answers with the HTTP and JSON-RPC form of `error`. For other errors, the answer reveals nothing about them. */
export function refuse(reply: Pick<Reply, 'json'>, id: RequestId | null, error: unknown): void {
  if (error instanceof Refusal) {
    reply.json(error.status, JSON.stringify(rpcError(error.id ?? id, error.code, error.message)), error.headers);
  } else if (error instanceof Limited) {
    const body = rpcError(error.id ?? id, error.code, error.message, { reason: error.reason });
    reply.json(error.status, JSON.stringify(body), error.headers);
  } else if (error instanceof Denied) {
    const body = rpcError(id, RPC.refused, error.message, { reason: error.reason });
    reply.json(error.status, JSON.stringify(body), error.headers);
  } else if (error instanceof ScopeChallenge) {
    refuse(reply, id, deniedFor(error));
  } else if (error instanceof AnypodError) {
    const { status, headers } = ERROR_TABLE[error.code];
    reply.json(status, JSON.stringify(rpcError(id, RPC.internal, error.message, { reason: error.code })), headers);
  } else {
    reply.json(500, JSON.stringify(rpcError(id, RPC.internal, 'Internal error')));
  }
}

/** Why a request is refused. Undefined: it is not refused; something is wrong here. */
export function refusalReasonOf(error: unknown): RefusalReason | undefined {
  if (error instanceof Refusal || error instanceof Limited || error instanceof Denied) return error.reason;
  return error instanceof ScopeChallenge ? 'insufficient_scope' : undefined;
}

/** A short name of an error that is no refusal. */
export function faultReasonOf(error: unknown): RefusalReason {
  return error instanceof AnypodError ? asRefusalReason(error.code) : 'other';
}

/** The refusal for a server's challenge if the verifier of tokens is not anypod's, so that only the scopes are known. */
function deniedFor({ scopes, message }: ScopeChallenge): Denied {
  const challenge = `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"`;
  return new Denied(403, 'insufficient_scope', message, { 'www-authenticate': challenge });
}
