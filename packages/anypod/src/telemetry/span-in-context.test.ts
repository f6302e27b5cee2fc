import { type Context, createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { withSpan } from './span-in-context.ts';

const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 });
const other = trace.wrapSpanContext({ traceId: '3'.repeat(32), spanId: '4'.repeat(16), traceFlags: 1 });
const KEY = createContextKey('of a user');
const parent = ROOT_CONTEXT.setValue(KEY, 'kept');

/** What the API and a user find in a context. */
const seen = (context: Context) => [trace.getSpan(context), context.getValue(KEY)];

describe.each([
  ['the API makes', trace.setSpan(parent, span)],
  ['anypod makes', withSpan(parent, span)],
])('a context that %s', (_, context) => {
  it('has the span, and what its parent has', () => {
    expect(seen(context)).toEqual([span, 'kept']);
    expect(trace.getSpanContext(context)).toEqual(span.spanContext());
  });

  it('stays as it is when others are made of it', () => {
    expect(seen(trace.setSpan(context, other))).toEqual([other, 'kept']);
    expect(seen(withSpan(context, other))).toEqual([other, 'kept']);
    expect(seen(trace.deleteSpan(context))).toEqual([undefined, 'kept']);
    expect(seen(context.setValue(KEY, 'new'))).toEqual([span, 'new']);
    expect(seen(context.deleteValue(KEY))).toEqual([span, undefined]);
    expect(seen(context)).toEqual([span, 'kept']);
  });
});
