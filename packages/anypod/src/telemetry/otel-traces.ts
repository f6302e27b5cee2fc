import {
  type Attributes,
  type Context,
  context,
  type Link,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Received, Step, Traces } from '../core/traces.ts';
import { ATTR } from './conventions.ts';
import { attributesOf, nameOf } from './span-attributes.ts';
import { contextOfHttp, contextOfMeta, contextOfPlace, placeInState, placeOf } from './trace-context.ts';

/**
 * Records with the OpenTelemetry SDK that the process has registered. Register it before you call this. Undefined: the process has none, so nobody
 * traces. `hash` makes ids of sessions unusable: the id is all that protects an anonymous client's session.
 */
export function createOtelTraces(hash: (text: string) => string): Traces | undefined {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider && provider.getDelegateTracer('anypod') === undefined) return undefined;
  const tracer = trace.getTracer('anypod');

  function begin(name: string, kind: SpanKind, parent: Context, attributes: Attributes = {}): Step {
    return stepOf(tracer.startSpan(name, { kind, attributes }, parent), parent);
  }

  return {
    receive(message) {
      const http = contextOfHttp(message.caller);
      const { parent, links } = parentOf(message, http);
      const span = tracer.startSpan(nameOf(message), { kind: SpanKind.SERVER, links }, parent);
      // Most spans are not recorded, and need no attributes.
      if (span.isRecording()) span.setAttributes(attributesOf(message, hash));
      return stepOf(span, parent);
    },
    begin: (name, place) => (place === undefined ? undefined : begin(name, SpanKind.INTERNAL, contextOfPlace(place))),
    ask(method) {
      const active = context.active();
      if (placeOf(trace.getSpanContext(active)) === undefined) return undefined;
      return begin(method, SpanKind.CLIENT, active, { [ATTR.method]: method });
    },
    callStore(name) {
      // A timer or a queue that a request has started keeps its context, but the request has ended.
      const active = context.active();
      return trace.getSpan(active)?.isRecording() === true ? begin(name, SpanKind.INTERNAL, active) : undefined;
    },
    here: () => placeOf(trace.getSpanContext(context.active())),
    id: () => trace.getSpanContext(context.active())?.traceId,
  };
}

/** The parent is what the message says (SEP-414), and the HTTP request is linked. If the message says nothing, the HTTP request is the parent. */
function parentOf({ body }: Received, http: Context): { readonly parent: Context; readonly links: Link[] } {
  const params = (body as { readonly params?: Readonly<Record<string, unknown>> } | null)?.params;
  const place = placeInState(params?.['requestState']);
  const said = contextOfMeta(params?.['_meta'] as Readonly<Record<string, unknown>> | undefined);
  const parent = said ?? (place === undefined ? undefined : contextOfPlace(place));
  const linked = trace.getSpanContext(http);
  return { parent: parent ?? http, links: parent === undefined || linked === undefined ? [] : [{ context: linked }] };
}

function stepOf(span: Span, parent: Context): Step {
  const within = trace.setSpan(parent, span);
  let ended = false;
  return {
    place: placeOf(span.spanContext()),
    run: (work) => context.with(within, work),
    end(fault) {
      if (ended) return;
      ended = true;
      if (fault !== undefined) span.setAttribute(ATTR.error, fault).setStatus({ code: SpanStatusCode.ERROR });
      if (fault !== undefined && /^-?\d+$/.test(fault)) span.setAttribute(ATTR.status, fault);
      span.end();
    },
  };
}
