import type { RequestId } from './json/json-rpc.ts';
import { RPC } from './json/rpc-error.ts';

/**
 * Which limit refused a request: `data.reason` of the error that its client gets, and the label of the metric.
 *
 * `overloaded`: a limit of the pod, so another pod may have room. All others are limits of the caller, of its tenant or of the message.
 */
export type LimitReason =
  | 'rate_limit'
  | 'call_limit'
  | 'stream_limit'
  | 'session_limit'
  | 'tenant_rate_limit'
  | 'tenant_call_limit'
  | 'tenant_stream_limit'
  | 'tenant_session_limit'
  | 'parked_limit'
  | 'subscription_limit'
  | 'task_limit'
  | 'handle_limit'
  | 'body_too_large'
  | 'headers_too_large'
  | 'body_too_deep'
  | 'batch_too_large'
  | 'too_many_parked'
  | 'overloaded';

export interface LimitedOptions {
  /** When to try again, in ms. Undefined: it does not help to wait for a certain time. */
  readonly retryAfterMs?: number;
  /** The JSON-RPC code. Default -32000. */
  readonly code?: number;
  /** The request's id, if the code that refuses knows it. */
  readonly id?: RequestId | null;
}

/** A limit refuses a request before anything is done for it. It has the HTTP form of the refusal, and a sentence that says what to do. */
export class Limited extends Error {
  readonly status: 400 | 413 | 429 | 503;
  readonly reason: LimitReason;
  readonly code: number;
  readonly id: RequestId | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: 400 | 413 | 429 | 503, reason: LimitReason, message: string, options: LimitedOptions = {}) {
    super(message);
    this.name = 'Limited';
    this.status = status;
    this.reason = reason;
    this.code = options.code ?? RPC.refused;
    this.id = options.id ?? null;
    this.headers = options.retryAfterMs === undefined ? {} : { 'retry-after': secondsOf(options.retryAfterMs) };
  }
}

/** `Retry-After` has whole seconds (RFC 9110 §10.2.3). A client that waited less would be refused again. */
function secondsOf(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

/** How long a client waits that a pod has refused because the pod is full, in ms. Another pod may serve it at once. */
const POD_RETRY_MS = 1000;

/** 503: this pod has no room. */
export function overloaded(message: string, id: RequestId | null = null): Limited {
  return new Limited(503, 'overloaded', message, { retryAfterMs: POD_RETRY_MS, id });
}
