import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it } from 'vitest';
import { REFUSALS } from '../core/refused.ts';
import { createOtelMeter } from './otel-meter.ts';

class PullReader extends MetricReader {
  protected override onForceFlush = async () => undefined;
  protected override onShutdown = async () => undefined;
}

interface Histogram {
  readonly count: number;
  readonly sum: number;
  readonly buckets: { readonly boundaries: readonly number[] };
}

/** A process with an SDK, and what it has counted so far: `name{label=value}` with a number or a histogram. */
function start() {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  return {
    async read(): Promise<Record<string, number | Histogram>> {
      const { resourceMetrics } = await reader.collect();
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      const points = all.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => {
          const labels = Object.entries(attributes).map(([name, label]) => `${name}=${label}`);
          return [`${descriptor.name}{${labels}}`, value] as const;
        }),
      );
      return Object.fromEntries(points) as Record<string, number | Histogram>;
    },
  };
}

describe('the meter of OpenTelemetry', () => {
  afterEach(() => metrics.disable());

  it('counts nothing without an SDK, and does not mind', () => {
    const meter = createOtelMeter();
    meter.requestBegan();
    expect(() => meter.requestEnded('tools/call', 'legacy', 'ok', 3)).not.toThrow();
  });

  it('shows every gauge and every counter of its own as zero before anything happens [metrics.from-zero]', async () => {
    const { read } = start();
    createOtelMeter();
    const zeros = await read();
    expect(new Set(Object.values(zeros))).toEqual(new Set([0]));
    expect(Object.keys(zeros).sort()).toEqual([
      'anypod.drain.phase{}',
      'anypod.event_loop.blocked{}',
      'anypod.faults{kind=blocked_loop}',
      'anypod.faults{kind=process_exit}',
      'anypod.faults{kind=uncaught_exception}',
      'anypod.faults{kind=unhandled_rejection}',
      'anypod.inbox.delay{}',
      'anypod.limited{reason=batch_too_large}',
      'anypod.limited{reason=body_too_deep}',
      'anypod.limited{reason=body_too_large}',
      'anypod.limited{reason=call_limit}',
      'anypod.limited{reason=handle_limit}',
      'anypod.limited{reason=headers_too_large}',
      'anypod.limited{reason=overloaded}',
      'anypod.limited{reason=parked_limit}',
      'anypod.limited{reason=rate_limit}',
      'anypod.limited{reason=session_limit}',
      'anypod.limited{reason=stream_limit}',
      'anypod.limited{reason=subscription_limit}',
      'anypod.limited{reason=task_limit}',
      'anypod.limited{reason=tenant_call_limit}',
      'anypod.limited{reason=tenant_rate_limit}',
      'anypod.limited{reason=tenant_session_limit}',
      'anypod.limited{reason=tenant_stream_limit}',
      'anypod.limited{reason=too_many_parked}',
      'anypod.orphans{outcome=finished}',
      'anypod.orphans{outcome=refused}',
      'anypod.orphans{outcome=rerun}',
      ...Object.entries(REFUSALS)
        .map(([reason, status]) => `anypod.refusals{status=${status},reason=${reason}}`)
        .sort(),
      'anypod.registry.unfollowed{reason=added}',
      'anypod.registry.unfollowed{reason=code}',
      'anypod.registry.unfollowed{reason=size}',
      'anypod.requests.in_flight{}',
      'anypod.resumes{outcome=expired}',
      'anypod.resumes{outcome=finished}',
      'anypod.resumes{outcome=live}',
      'anypod.resumes{outcome=refused}',
      'anypod.resumes{outcome=replayed}',
      'anypod.resumes{outcome=standing}',
      'anypod.sessions.created{}',
      'anypod.sessions.ended{reason=deleted}',
      'anypod.sessions.ended{reason=server_closed}',
      'anypod.streams.open{kind=listen}',
      'anypod.streams.open{kind=request}',
      'anypod.streams.open{kind=standing}',
      'anypod.tasks.queued{}',
      'anypod.tasks.running{}',
      'anypod.tasks{event=answered}',
      'anypod.tasks{event=cancelled}',
      'anypod.tasks{event=completed}',
      'anypod.tasks{event=failed}',
      'anypod.tasks{event=handed_back}',
      'anypod.tasks{event=input_required}',
      'anypod.tasks{event=queued}',
      'anypod.tasks{event=requeued}',
      'anypod.tasks{event=started}',
      'anypod.tasks{event=tool_error}',
    ]);
  });

  it('counts requests by method, era and outcome, and their time in seconds', async () => {
    const { read } = start();
    const meter = createOtelMeter();
    for (const _ of [1, 2, 3]) meter.requestBegan();
    meter.requestEnded('tools/call', 'modern', 'ok', 250);
    meter.requestEnded('tools/call', 'modern', 'rpc_error', 500);
    const counted = await read();
    expect(counted['anypod.requests.in_flight{}']).toBe(1);
    expect(counted['anypod.requests{method=tools/call,era=modern,outcome=ok}']).toBe(1);
    expect(counted['anypod.requests{method=tools/call,era=modern,outcome=rpc_error}']).toBe(1);
    const duration = counted['anypod.request.duration{method=tools/call,era=modern}'] as Histogram;
    expect(duration).toMatchObject({ count: 2, sum: 0.75 });
    expect(duration.buckets.boundaries.at(0)).toBe(0.0005);
    expect(duration.buckets.boundaries.at(-1)).toBe(60);
  });

  it('knows the methods of MCP and calls all else other, however many a client invents [metrics.bounded]', async () => {
    const { read } = start();
    const meter = createOtelMeter();
    const invented = Array.from({ length: 1000 }, (_, index) => `invented/${index}`);
    for (const method of [...invented, '__proto__', 'constructor', '']) {
      meter.requestBegan();
      meter.requestEnded(method, 'legacy', 'rpc_error', 1);
    }
    const requests = Object.entries(await read()).filter(([name]) => name.startsWith('anypod.requests{'));
    expect(requests).toEqual([['anypod.requests{method=other,era=legacy,outcome=rpc_error}', 1003]]);
  });

  it('loses none of many requests, whenever it is read', async () => {
    const { read } = start();
    const meter = createOtelMeter();
    for (let request = 1; request <= 1000; request += 1) {
      meter.requestBegan();
      meter.requestBegan();
      meter.requestEnded('ping', 'legacy', request % 10 === 0 ? 'refused' : 'ok', 1000);
      if (request % 300 === 0) await read();
    }
    const counted = await read();
    expect(counted['anypod.requests{method=ping,era=legacy,outcome=ok}']).toBe(900);
    expect(counted['anypod.requests{method=ping,era=legacy,outcome=refused}']).toBe(100);
    expect(counted['anypod.request.duration{method=ping,era=legacy}']).toMatchObject({ count: 1000, sum: 1000 });
    expect(counted['anypod.requests.in_flight{}']).toBe(1000);
  });

  it('hands on what it has when it is closed, and is then silent', async () => {
    const { read } = start();
    const meter = createOtelMeter();
    meter.requestBegan();
    meter.requestEnded('ping', 'legacy', 'ok', 1);
    meter.close();
    const counted = await read();
    expect(counted['anypod.requests{method=ping,era=legacy,outcome=ok}']).toBe(1);
    expect(counted['anypod.drain.phase{}']).toBeUndefined();
  });

  it('tells what is open, and adds up what several pods of one process count', async () => {
    const { read } = start();
    const [first, second] = [createOtelMeter(), createOtelMeter()];
    first.streamOpened('standing');
    second.streamOpened('standing');
    second.streamOpened('listen');
    first.streamClosed('standing');
    second.sessionCreated();
    const counted = await read();
    expect(counted['anypod.streams.open{kind=standing}']).toBe(1);
    expect(counted['anypod.streams.open{kind=listen}']).toBe(1);
    expect(counted['anypod.sessions.created{}']).toBe(1);
  });

  it.each([
    ['serving', 0],
    ['announced', 1],
    ['draining', 2],
    ['closing', 3],
  ] as const)('tells the phase %s as %i', async (phase, value) => {
    const { read } = start();
    const meter = createOtelMeter();
    meter.phase(phase);
    expect((await read())['anypod.drain.phase{}']).toBe(value);
  });
});
