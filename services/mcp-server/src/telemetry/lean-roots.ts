import {
  type Context,
  context,
  type Span,
  type SpanContext,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

/**
 * Decides whether a trace that begins here is recorded before anything is made for it: with 1% of the traces, nearly all the cost of tracing would be spans that
 * nobody records. `sampling` is the share of recorded traces, from 0 to 1. `provider` must record each root that it gets.
 */
export function createLeanRoots(provider: TracerProvider, sampling: number, ids: IdGenerator): TracerProvider {
  return {
    getTracer(...named) {
      const tracer = provider.getTracer(...named);
      const drops = (parent: Context, options?: SpanOptions) =>
        (options?.root === true || trace.getSpan(parent) === undefined) && Math.random() >= sampling;
      return createLeanTracer(tracer, drops, ids);
    },
  };
}

type Drops = (parent: Context, options?: SpanOptions) => boolean;
type Work = (span: Span) => unknown;

function createLeanTracer(tracer: Tracer, drops: Drops, ids: IdGenerator): Tracer {
  const startSpan: Tracer['startSpan'] = (name, options, parent = context.active()) =>
    drops(parent, options) ? new UnrecordedSpan(ids) : tracer.startSpan(name, options, parent);
  return {
    startSpan,
    // Its last argument is the work, and the two before it may be absent.
    startActiveSpan(name: string, ...rest: unknown[]) {
      const work = rest.pop() as Work;
      const [options, parent = context.active()] = rest as [SpanOptions?, Context?];
      const span = startSpan(name, options, parent);
      return context.with(trace.setSpan(parent, span), work, undefined, span) as never;
    },
  };
}

/** A span that nobody records, and its own context. It has ids as soon as somebody looks, such as a handler that passes the trace on. */
class UnrecordedSpan implements Span, SpanContext {
  readonly traceFlags = TraceFlags.NONE;
  readonly #ids: IdGenerator;
  #traceId: string | undefined;
  #spanId: string | undefined;

  constructor(ids: IdGenerator) {
    this.#ids = ids;
  }

  get traceId(): string {
    this.#traceId ??= this.#ids.generateTraceId();
    return this.#traceId;
  }

  get spanId(): string {
    this.#spanId ??= this.#ids.generateSpanId();
    return this.#spanId;
  }

  spanContext(): SpanContext {
    return this;
  }

  isRecording(): boolean {
    return false;
  }

  end(): void {}

  recordException(): void {}

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }
}
