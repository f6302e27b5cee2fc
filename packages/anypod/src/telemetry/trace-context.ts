import {
  type Context,
  context,
  createTraceState,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Caller } from '../core/caller.ts';
import { asPlace } from '../core/traces.ts';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
/** W3C Trace Context §3.3.1.5 lets a vendor drop a longer one. */
const MOST_STATE = 512;

/** The context in `params._meta` (SEP-414). Undefined: there is none, or it is not valid. */
export function contextOfMeta(meta: Readonly<Record<string, unknown>> | undefined): Context | undefined {
  const { traceparent, tracestate, baggage } = meta ?? {};
  if (typeof traceparent !== 'string') return undefined;
  const [, traceId = '', spanId = '', flags = '0'] = TRACEPARENT.exec(traceparent) ?? [];
  const known = typeof tracestate === 'string' && tracestate.length <= MOST_STATE;
  const remote: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(known && { traceState: createTraceState(tracestate) }),
  };
  if (!isSpanContextValid(remote)) return undefined;
  const carried = typeof baggage === 'string' ? propagation.extract(ROOT_CONTEXT, { baggage }) : ROOT_CONTEXT;
  return trace.setSpanContext(carried, remote);
}

/** Returns the context of an HTTP request: of the span that an instrumented server has begun for it, or of its headers. */
export function createHttpContext(): (caller: Caller) => Context {
  const fields = propagation.fields();
  return ({ headers }) => {
    const active = context.active();
    if (trace.getSpanContext(active) !== undefined) return active;
    // Few clients send any, and the propagators would look at each.
    for (const field of fields) if (headers[field] !== undefined) return propagation.extract(active, headers);
    return active;
  };
}

/** `<trace id>-<span id>`. Undefined: nobody records the span. */
export function placeOf(span: SpanContext | undefined): string | undefined {
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  return `${span.traceId}-${span.spanId}`;
}

export function contextOfPlace(place: string): Context {
  const [traceId = '', spanId = ''] = place.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

/**
 * The place in the state of a parked call. It is read before the state is verified, because a client can name any trace anyway, in `_meta`.
 */
export function placeInState(state: unknown): string | undefined {
  if (typeof state !== 'string') return undefined;
  return asPlace(/"trace":"([0-9a-f-]{49})"/.exec(state)?.[1]);
}
