import { expect, test } from 'vitest';
import { eventually } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { beginTask, isOver, taskWhen } from './task-wire.ts';
import { askAcross, callTraced, clientTrace, SECRET, spansWhen, useTracedPods } from './traced-pods.ts';
import { openSession, textOf } from './wire.ts';

const traced = useTracedPods();

/** Whether the traced.collector has a point of this metric with these attributes, among others, that counts something. */
const isCounted = (metric: string, wanted: Readonly<Record<string, string>>) =>
  traced.collector.points.some(
    (point) =>
      point.metric === metric &&
      point.count > 0 &&
      Object.entries(wanted).every(([name, value]) => point.attributes[name] === value),
  );

const QUESTION = { 'mcp.method.name': 'elicitation/create' };

const isDone = (tool: string) =>
  isCounted('mcp.server.operation.duration', { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': tool });

test('what one client does on three pods is one trace, and is counted: a question, a resume, a task and a call that runs again [trace.one] [metrics.conventions]', async () => {
  const { traceId, spanId, traceparent } = clientTrace();
  const session = await openSession(traced.at('A'));
  const route = { call: { pod: traced.at('A') }, answer: { pod: traced.at('B') }, resume: { pod: traced.at('C') } };
  expect(textOf((await askAcross(session, traceparent, route)).last)).toBe(SECRET);
  const { taskId } = await beginTask(traced.at('B'), 'work', { secret: SECRET }, { traceparent });
  await taskWhen([traced.at('C')], taskId, isOver);

  const first = readStream(await callTraced(session, traced.at('A'), 'read', { traceparent }, {}, 3000));
  await first.next();
  // What the pod that dies has to tell is told before.
  await eventually(() =>
    expect([isDone('ask'), isCounted('mcp.client.operation.duration', QUESTION)]).toEqual([true, true]),
  );
  await spansWhen(traced.collector, traceId, ['A read', 'A tools/call ask', 'A elicitation/create']);
  await first.cut().catch(() => undefined);
  await traced.pod('A').kill9();
  const resumed = readStream(await session.listen(traced.at('C'), lastEventId(first.events)));
  expect(textOf((await resumed.rest()).at(-1))).toBe('read');

  await eventually(() => {
    const spans = traced.collector.spans.filter((span) => span.traceId === traceId);
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['anypod.answer', 'anypod.resume', 'anypod.task', 'work', 'anypod.rerun']),
    );
    expect(new Set(spans.map(({ pod }) => pod))).toEqual(new Set(['A', 'B', 'C']));
    // Every span hangs on another one or on the client's. Only the call that died with its pod could not tell its own.
    const known = new Set([spanId, ...spans.map((span) => span.spanId)]);
    expect(new Set(spans.map((span) => span.parentSpanId).filter((parent) => !known.has(parent))).size).toBe(1);
  });
  await eventually(() => {
    expect(isDone('work'), 'work').toBe(true);
    expect(isCounted('anypod.resumes', { outcome: 'live' }), 'resumes').toBe(true);
    expect(isCounted('anypod.orphans', { outcome: 'rerun' }), 'orphans').toBe(true);
    expect(isCounted('anypod.tasks', { event: 'completed' }), 'tasks').toBe(true);
  });
});
