import {
  type Attributes,
  type Context,
  context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Received, Step, StepName, Traces } from '../core/traces.ts';
import { ATTR, isRpcCode } from './conventions.ts';
import { attributesOf, attributesOfHttp, attributesOfQuestion, nameOf, paramsOf } from './span-attributes.ts';
import { withSpan } from './span-in-context.ts';
import { contextOfMeta, contextOfPlace, createHttpContext, placeInState, placeOf } from './trace-context.ts';

const SERVER: SpanOptions = { kind: SpanKind.SERVER };

/** The steps that run handlers of the user. */
const RUNS_CODE: ReadonlySet<StepName> = new Set<StepName>(['anypod.rerun', 'anypod.task']);

const HTTP_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/**
 * Records with the OpenTelemetry SDK that the process has registered. Register it before you call this. Undefined: the process has none, so nobody
 * traces. `hash` makes ids of sessions unusable: the id is all that protects an anonymous client's session.
 */
export function createOtelTraces(hash: (text: string) => string): Traces | undefined {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider && provider.getDelegateTracer('anypod') === undefined) return undefined;
  const tracer = trace.getTracer('anypod');
  const httpContext = createHttpContext();

  function begin(
    name: string,
    kind: SpanKind,
    parent: Context,
    attributes: Attributes = {},
    linked?: SpanContext,
  ): Step {
    const options = linked === undefined ? { kind, attributes } : { kind, attributes, links: [{ context: linked }] };
    return new SpanStep(tracer.startSpan(name, options, parent), parent);
  }

  return {
    // The parent is what the message says, and the HTTP request is linked. If the message says nothing, the HTTP request is the parent.
    receive(message) {
      const http = httpContext(message.caller);
      const said = contextOfMessage(message);
      const parent = said ?? http;
      const linked = said === undefined ? undefined : trace.getSpanContext(http);
      const options = linked === undefined ? SERVER : { ...SERVER, links: [{ context: linked }] };
      const span = tracer.startSpan(nameOf(message), options, parent);
      // Most spans are not recorded, and need no attributes.
      if (span.isRecording()) describe(span, message, hash);
      return new SpanStep(span, parent);
    },
    request(httpMethod, caller, began) {
      const parent = httpContext(caller);
      // `_OTHER`, as the conventions say: a client may send any word.
      const method = HTTP_METHODS.has(httpMethod) ? httpMethod : '_OTHER';
      const startTime = performance.timeOrigin + began;
      const name = method === '_OTHER' ? 'HTTP' : method;
      const span = tracer.startSpan(name, { ...SERVER, startTime }, parent);
      if (span.isRecording()) span.setAttributes(attributesOfHttp(method, caller, hash));
      return new SpanStep(span, parent);
    },
    begin(name, place, caller) {
      if (place === undefined) return RUNS_CODE.has(name) ? unrecordedStep() : undefined;
      const linked = caller && trace.getSpanContext(httpContext(caller));
      return begin(name, SpanKind.INTERNAL, contextOfPlace(place), {}, linked);
    },
    ask(method, about) {
      const active = context.active();
      if (placeOf(trace.getSpanContext(active)) === undefined) return undefined;
      return begin(method, SpanKind.CLIENT, active, attributesOfQuestion(method, about(), hash));
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

/** Says what a message is. If its client has begun a trace for it alone, links that of the parked call that it answers. */
function describe(span: Span, message: Received, hash: (text: string) => string): void {
  span.setAttributes(attributesOf(message, hash));
  const place = placeInState(paramsOf(message.body)['requestState']);
  const parked = place && trace.getSpanContext(contextOfPlace(place));
  if (parked && parked.traceId !== span.spanContext().traceId) span.addLink({ context: parked });
}

/** A step of a trace that nobody records. What runs within it is not recorded either. */
function unrecordedStep(): Step {
  const traceId = crypto.randomUUID().replaceAll('-', '');
  const nowhere = { traceId, spanId: traceId.slice(16), traceFlags: TraceFlags.NONE };
  return new SpanStep(trace.wrapSpanContext(nowhere), ROOT_CONTEXT);
}

/** What the message itself says (SEP-414), or the state of the parked call that it answers. */
function contextOfMessage({ body }: Received): Context | undefined {
  const params = (body as { readonly params?: Readonly<Record<string, unknown>> } | null)?.params;
  const said = contextOfMeta(params?.['_meta'] as Readonly<Record<string, unknown>> | undefined);
  const place = said === undefined ? placeInState(params?.['requestState']) : undefined;
  return place === undefined ? said : contextOfPlace(place);
}

/** A class, because every request has one. */
class SpanStep implements Step {
  readonly #span: Span;
  readonly #within: Context;
  #ended = false;

  constructor(span: Span, parent: Context) {
    this.#span = span;
    this.#within = withSpan(parent, span);
  }

  get place(): string | undefined {
    return placeOf(this.#span.spanContext());
  }

  run<T>(work: () => T): T {
    return context.with(this.#within, work);
  }

  end(fault?: string, status?: number): void {
    if (this.#ended || !this.#span.isRecording()) return;
    this.#ended = true;
    if (fault !== undefined) this.#span.setAttribute(ATTR.error, fault).setStatus({ code: SpanStatusCode.ERROR });
    if (status !== undefined) this.#span.setAttribute(ATTR.httpStatus, status);
    if (fault !== undefined && isRpcCode(fault)) this.#span.setAttribute(ATTR.status, fault);
    this.#span.end();
  }
}
