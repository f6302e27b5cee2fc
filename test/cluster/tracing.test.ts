import { describe, expect, test } from 'vitest';
import { logLines } from './log-lines.ts';
import { postModern } from './modern-wire.ts';
import { eventually } from './settle.ts';
import { ABLE, isOver, send, taskWhen } from './task-wire.ts';
import {
  askAcross,
  callTraced,
  clientTrace,
  SECRET,
  spanIn,
  spansWhen,
  startTracedPod,
  TOKEN,
  useTracedPods,
} from './traced-pods.ts';
import { type Message, messagesOf, openSession, textOf } from './wire.ts';

const [SERVER, CLIENT] = [2, 3];
const ELICITATION = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
const traced = useTracedPods();

const tracedWhen = (traceId: string, names: readonly string[]) => spansWhen(traced.collector, traceId, names);

const unknownMethod = (traceparent: string) => ({
  ...{ jsonrpc: '2.0', id: 1, method: 'invented/method', params: { _meta: { traceparent } } },
});

describe('one trace has', () => {
  test('a call of a session that asks on one pod, is answered on a second and resumed on a third [trace.one]', async () => {
    const { traceId, spanId, traceparent } = clientTrace();
    const [http, getting, answering] = [clientTrace(), clientTrace(), clientTrace()];
    const session = await openSession(traced.at('A'));
    const { question, last } = await askAcross(session, traceparent, {
      call: { pod: traced.at('A'), traceparent: http.traceparent },
      resume: { pod: traced.at('C'), traceparent: getting.traceparent },
      answer: { pod: traced.at('B'), traceparent: answering.traceparent },
    });
    expect(question.params?._meta?.['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(textOf(last)).toBe(SECRET);

    const spans = await tracedWhen(traceId, [
      'A tools/call ask',
      'A elicitation/create',
      'A before the question',
      'A after the answer',
      'A anypod.wake',
      'A store questions.ask',
      'A store questions.take',
      'B anypod.answer',
      'B store questions.answer',
      'B store inbox.send',
      'C anypod.resume',
      'C store events.follow',
    ]);
    const root = spanIn(spans, 'tools/call ask');
    expect(root).toMatchObject({ kind: SERVER, parentSpanId: spanId, links: [http.traceId], failed: false });
    expect(root.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'ask',
      'gen_ai.operation.name': 'execute_tool',
      'jsonrpc.request.id': 'ask-1',
      'mcp.protocol.version': '2025-11-25',
      'mcp.session.id': expect.stringMatching(/^[\w-]{16}$/),
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'anypod.era': 'legacy',
    });
    for (const name of ['elicitation/create', 'before the question', 'after the answer', 'anypod.answer']) {
      expect(spanIn(spans, name).parentSpanId, name).toBe(root.spanId);
    }
    expect(spanIn(spans, 'elicitation/create').kind).toBe(CLIENT);
    expect(spanIn(spans, 'elicitation/create').attributes).toEqual({
      'mcp.method.name': 'elicitation/create',
      'jsonrpc.request.id': question.id,
      'mcp.session.id': root.attributes['mcp.session.id'],
      'mcp.protocol.version': '2025-11-25',
    });
    expect(spanIn(spans, 'anypod.answer').links).toEqual([answering.traceId]);
    expect(spanIn(spans, 'anypod.resume').links).toEqual([getting.traceId]);
    await eventually(() => {
      const lines = logLines(traced.pod('B'), 'request').filter((line) => line['trace_id'] === traceId);
      expect(lines).toMatchObject([{ method: 'answer', session: root.attributes['mcp.session.id'] }]);
    });
    expect(spanIn(spans, 'anypod.wake').parentSpanId).toBe(spanIn(spans, 'anypod.answer').spanId);
    expect((await session.end(traced.at('B'))).status).toBe(200);
  });

  test('a call of 2026-07-28 that is parked on one pod and answered on a second, though its client does not trace [trace.one]', async () => {
    const params = { name: 'ask', arguments: { secret: SECRET }, _meta: ELICITATION };
    const [parked] = await messagesOf(await postModern(traced.at('A'), 'tools/call', params));
    const { requestState, inputRequests = {} } = (parked as Message).result as {
      requestState: string;
      inputRequests: object;
    };
    const inputResponses = { [Object.keys(inputRequests)[0] ?? '']: { action: 'accept', content: { name: 'Ada' } } };
    const more = { ...params, requestState, inputResponses };
    const [answered] = await messagesOf(await postModern(traced.at('B'), 'tools/call', more));
    expect(textOf(answered)).toBe('Ada');
    const traceId = await eventually(() => {
      const found = traced.collector.spans.find(({ name, pod }) => name === 'anypod.parked' && pod === 'A');
      expect(found).toBeDefined();
      return found?.traceId ?? '';
    });
    const spans = await tracedWhen(traceId, [
      'A tools/call ask',
      'A anypod.parked',
      'B tools/call ask',
      'A anypod.wake',
      'A after the answer',
    ]);
    const [first, second] = spans
      .filter(({ name }) => name === 'tools/call ask')
      .sort((a, b) => (a.pod < b.pod ? -1 : 1));
    expect(first?.parentSpanId).toBe('');
    expect(second?.parentSpanId).toBe(first?.spanId);
    expect(spanIn(spans, 'anypod.wake').parentSpanId).toBe(second?.spanId);
  });

  test('a task, on whichever pod it runs [trace.one]', async () => {
    const { traceId, traceparent } = clientTrace();
    const params = { name: 'work', arguments: { secret: SECRET }, _meta: { ...ABLE, traceparent } };
    const [begun] = await messagesOf(await postModern(traced.at('B'), 'tools/call', params));
    const { taskId } = (begun as Message).result as { taskId: string };
    await taskWhen([traced.at('A')], taskId, isOver);
    const spans = await tracedWhen(traceId, ['B tools/call work', 'B store tasks.create']);
    await eventually(() =>
      expect(traced.collector.spans.filter((span) => span.traceId === traceId).map(({ name }) => name)).toEqual(
        expect.arrayContaining(['anypod.task', 'work', 'store tasks.end']),
      ),
    );
    const task = traced.collector.spans.find((span) => span.traceId === traceId && span.name === 'anypod.task');
    expect(task?.parentSpanId).toBe(spanIn(spans, 'tools/call work').spanId);
    expect(traced.collector.spans.find(({ name }) => name === 'work')?.parentSpanId).toBe(task?.spanId);
  });

  test('a request whose client says nothing in _meta: that of its HTTP request [trace.parent]', async () => {
    const http = clientTrace();
    const session = await openSession(traced.at('A'));
    await messagesOf(await callTraced(session, traced.at('B'), 'fail', {}, { traceparent: http.traceparent }));
    const spans = await tracedWhen(http.traceId, ['B tools/call fail']);
    const span = spanIn(spans, 'tools/call fail');
    expect(span).toMatchObject({ parentSpanId: http.spanId, links: [], failed: true });
    expect(span.attributes).toMatchObject({ 'error.type': 'tool_error' });
  });

  test('a request that is answered by an error of JSON-RPC', async () => {
    const { traceId, traceparent } = clientTrace();
    const session = await openSession(traced.at('A'));
    await messagesOf(await session.send(traced.at('A'), unknownMethod(traceparent)));
    const span = spanIn(await tracedWhen(traceId, ['A invented/method']), 'invented/method');
    expect(span.attributes).toMatchObject({ 'error.type': '-32601', 'rpc.response.status_code': '-32601' });
  });

  test.each(['00-0-0-01', 'x'.repeat(10_000), 7, null, {}])(
    'a request with the context %j, which is none',
    async (traceparent) => {
      const session = await openSession(traced.at('A'));
      const response = await callTraced(session, traced.at('A'), 'read', { traceparent, tracestate: 5, baggage: [] });
      expect(textOf((await messagesOf(response)).at(-1))).toBe('read');
    },
  );
});

test('where no share of the traces is recorded, a request still has a trace of its own, and one that its client records is recorded [trace.parent]', async () => {
  const pod = await startTracedPod('N', traced.redis.url, traced.collector, { ANYPOD_TRACE_SAMPLING: '0' });
  const session = await openSession(new URL(pod.url));
  for (const _ of [1, 2]) await messagesOf(await callTraced(session, new URL(pod.url), 'read', {}));
  const { traceId, traceparent } = clientTrace();
  await messagesOf(await callTraced(session, new URL(pod.url), 'read', { traceparent }));
  await tracedWhen(traceId, ['N tools/call read', 'N read']);
  const own = new Set(logLines(pod, 'request').map((line) => line['trace_id']));
  expect(own.size).toBeGreaterThan(3);
  for (const id of own) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(traced.collector.spans.filter((span) => span.pod === 'N' && span.traceId !== traceId)).toEqual([]);
  await pod.kill9();
});

describe('a collector gets', () => {
  test('the metrics of the conventions, and ours [metrics.conventions]', async () => {
    const pointsOf = (metric: string, attributes: object) =>
      traced.collector.points.filter(
        (point) => point.metric === metric && JSON.stringify(point.attributes) === JSON.stringify(attributes),
      );
    const tool = (name: string) => ({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': name,
      'gen_ai.operation.name': 'execute_tool',
    });
    await eventually(() => {
      expect(pointsOf('mcp.server.operation.duration', tool('ask')).length).toBeGreaterThan(0);
      const failed = { ...tool('fail'), 'error.type': 'tool_error' };
      expect(pointsOf('mcp.server.operation.duration', failed).length).toBeGreaterThan(0);
      const question = { 'mcp.method.name': 'elicitation/create' };
      expect(pointsOf('mcp.client.operation.duration', question).length).toBeGreaterThan(0);
      expect(pointsOf('mcp.server.session.duration', {}).length).toBeGreaterThan(0);
      const ours = { method: 'tools/call', era: 'legacy', outcome: 'ok' };
      expect(pointsOf('anypod.requests', ours).length).toBeGreaterThan(0);
    });
  });

  test('and a scraper that wants OpenMetrics gets a trace with a duration [metrics.exemplars]', async () => {
    const { traceId, traceparent } = clientTrace();
    const session = await openSession(traced.at('A'));
    await messagesOf(await callTraced(session, traced.at('A'), 'read', { traceparent }));
    await tracedWhen(traceId, ['A tools/call read']);
    const page = async (accept: string) =>
      (await fetch(`${traced.pod('A').metrics}/metrics`, { headers: { accept } })).text();
    const open = await page('application/openmetrics-text; version=1.0.0');
    expect(open).toMatch(new RegExp(`anypod_request_duration_seconds_bucket.* # \\{trace_id="${traceId}",`));
    expect(open).toMatch(new RegExp(`mcp_server_operation_duration_seconds_bucket.* # \\{trace_id="${traceId}",`));
    expect(open.endsWith('# EOF\n')).toBe(true);
    expect(open).toContain('# TYPE anypod_requests counter\n');
    const plain = await page('text/plain');
    expect(plain).not.toContain('trace_id');
    expect(plain).toContain('# TYPE anypod_requests_total counter\n');
  });
});

test('no argument, result, token or session id leaves a pod [trace.secrets]', async () => {
  const session = await openSession(traced.at('A'));
  await messagesOf(await callTraced(session, traced.at('A'), 'read', clientTrace()));
  const told = traced.collector.text.join('\n') + traced.all.map((pod) => pod.logs()).join('\n');
  for (const secret of [SECRET, TOKEN, session.id]) expect(told).not.toContain(secret);
  expect(await send(traced.at('A'), 'tools/list', {})).toMatchObject({ result: {} } satisfies Partial<Message>);
});
