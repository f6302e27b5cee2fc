import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, it, vi } from 'vitest';
import { createOtelMeter } from './otel-meter.ts';

class PullReader extends MetricReader {
  protected override onForceFlush = async () => undefined;
  protected override onShutdown = async () => undefined;
}

afterEach(() => metrics.disable());

/** The gauges of tasks, as one collection sees them. */
async function collect(reader: PullReader): Promise<Record<string, unknown>> {
  const { resourceMetrics } = await reader.collect();
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const gauges = all.filter(({ descriptor }) => /^anypod.tasks.(running|queued)$/.test(descriptor.name));
  return Object.fromEntries(gauges.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.at(0)?.value]));
}

it.each([
  ['fails', () => Promise.reject(new Error('away'))],
  ['does not answer', () => new Promise<number>(() => undefined)],
])('a collection comes with the last length of the queue if the store %s', async (_what, away) => {
  const reader = new PullReader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const meter = createOtelMeter();
  const queued = vi.fn<() => Promise<number>>().mockResolvedValueOnce(3).mockImplementation(away);
  meter.watchTasks({ running: () => 2, queued });
  expect(queued).not.toHaveBeenCalled();
  expect(await collect(reader)).toEqual({ 'anypod.tasks.running': 2, 'anypod.tasks.queued': 3 });
  expect(await collect(reader)).toEqual({ 'anypod.tasks.running': 2, 'anypod.tasks.queued': 3 });
  expect(queued).toHaveBeenCalledTimes(2);
  meter.close();
});
