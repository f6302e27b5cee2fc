import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Meter } from '@opentelemetry/api';

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

/**
 * What tells a pod in trouble from a busy one: memory and the event loop. OpenTelemetry's own instrumentation of the runtime is not used: it
 * replaces `require` for the user's module.
 */
export function addProcessMetrics(meter: Meter): void {
  const memory = (name: string, description: string, read: () => number) =>
    meter.createObservableGauge(name, { description, unit: 'By' }).addCallback((result) => result.observe(read()));
  memory('process.memory.usage', 'Resident memory.', () => process.memoryUsage.rss());
  memory('v8js.memory.heap.used', 'Heap in use.', () => getHeapStatistics().used_heap_size);
  memory('v8js.memory.heap.limit', 'Heap at which the process ends.', () => getHeapStatistics().heap_size_limit);

  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const options = { description: 'How late timers were since the last scrape, 99th percentile.', unit: 's' };
  meter.createObservableGauge('nodejs.eventloop.delay.p99', options).addCallback((result) => {
    // Node counts the time between two looks, which is the resolution where nothing is late.
    const late = delay.count === 0 ? 0 : delay.percentile(99) / NANOSECONDS - RESOLUTION_MS / 1000;
    result.observe(Math.max(0, late));
    delay.reset();
  });
}
