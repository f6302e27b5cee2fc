import type { DenialReason } from './denied.ts';
import type { LimitReason } from './limited.ts';

/** What a client got wrong. */
export type RequestFault =
  | 'host'
  | 'origin'
  | 'malformed'
  | 'unknown_session'
  | 'unknown_method'
  | 'method'
  | 'accept'
  | 'content_type'
  | 'not_http';

/**
 * Why a request was answered with an error status: the label of the metric, `reason` in the log and `error.type` of the span. `other`: a code of
 * `AnypodError` that has no name here, or a fault.
 */
export type RefusalReason =
  | RequestFault
  | DenialReason
  | LimitReason
  | 'starting'
  | 'store_unavailable'
  | 'draining'
  | 'store_refused'
  | 'payload_unreadable'
  | 'factory_failed'
  | 'other';

/** Each reason with the status that it usually has, so that its series can begin at zero. */
export const REFUSALS: Readonly<Record<RefusalReason, number>> = {
  host: 403,
  origin: 403,
  malformed: 400,
  unknown_session: 404,
  unknown_method: 404,
  method: 405,
  accept: 406,
  content_type: 415,
  not_http: 400,
  token_missing: 401,
  token_invalid: 401,
  token_misplaced: 400,
  insufficient_scope: 403,
  issuer_unavailable: 503,
  rate_limit: 429,
  call_limit: 429,
  stream_limit: 429,
  session_limit: 429,
  tenant_rate_limit: 429,
  tenant_call_limit: 429,
  tenant_stream_limit: 429,
  tenant_session_limit: 429,
  parked_limit: 429,
  subscription_limit: 429,
  task_limit: 429,
  handle_limit: 429,
  body_too_large: 413,
  headers_too_large: 431,
  body_too_deep: 400,
  batch_too_large: 400,
  too_many_parked: 503,
  overloaded: 503,
  starting: 503,
  store_unavailable: 503,
  draining: 503,
  store_refused: 500,
  payload_unreadable: 500,
  factory_failed: 500,
  other: 500,
};

const BY_STATUS: Readonly<Record<number, RefusalReason>> = {
  400: 'malformed',
  405: 'method',
  406: 'accept',
  415: 'content_type',
};

/** The reason of a refusal that says no other. `modern`: of 2026-07-28, which has no sessions, and where 404 says that a method is unknown. */
export function reasonOfStatus(status: number, modern = false): RefusalReason {
  if (status === 404) return modern ? 'unknown_method' : 'unknown_session';
  return BY_STATUS[status] ?? 'other';
}

/** A code of an error as a reason. */
export function asRefusalReason(code: string): RefusalReason {
  return Object.hasOwn(REFUSALS, code) ? (code as RefusalReason) : 'other';
}
