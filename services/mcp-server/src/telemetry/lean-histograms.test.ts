import type { Attributes } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, test } from 'vitest';
import { createLeanHistograms } from './lean-histograms.ts';
import { createPageReader } from './metrics-page.ts';

const BOUNDARIES = [0.01, 0.1, 1];
const OPTIONS = { description: 'Durations.', unit: 's', advice: { explicitBucketBoundaries: BOUNDARIES } };

type Recorded = readonly [number, Attributes?];

function createReader() {
  const lean = createLeanHistograms(emptyResource());
  const reader = createPageReader([lean.producer]);
  const provider = lean.over(new MeterProvider({ readers: [reader] }), 'lean');
  return { provider, read: async () => (await reader.collect()).resourceMetrics.scopeMetrics };
}

/** What both kinds of histograms have counted, without the times. */
async function countedBy(scope: string, records: readonly Recorded[]) {
  const { provider, read } = createReader();
  const histogram = provider.getMeter(scope).createHistogram('durations', OPTIONS);
  for (const [value, attributes] of records) histogram.record(value, attributes);
  const found = await read();
  const metrics = found.find(({ scope: { name } }) => name === scope)?.metrics ?? [];
  return metrics.map(({ descriptor: { name, description, unit, valueType }, dataPoints, ...rest }) => ({
    ...{ name, description, unit, valueType, ...rest },
    points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
  }));
}

describe('lean histograms', () => {
  test("count as the SDK's own do", async () => {
    const one = { method: 'tools/call', era: 'legacy' };
    const records: Recorded[] = [0, 0.01, 0.010001, 0.1, 0.5, 1, 1.1, 50].map((value) => [value, one]);
    records.push([0.2, { era: 'legacy', method: 'tools/call' }], [0.3, { era: 'modern' }], [0.4]);
    records.push([-1, one], [Number.NaN, one]);
    const lean = await countedBy('lean', records);
    expect(lean[0]?.points).toHaveLength(3);
    expect(lean).toEqual((await countedBy('plain', records)).map((metric) => expect.objectContaining(metric)));
  });

  test('have totals, and what was read stays as it was', async () => {
    const { provider, read } = createReader();
    const histogram = provider.getMeter('lean').createHistogram('durations', OPTIONS);
    expect(await read()).not.toContainEqual(expect.objectContaining({ metrics: [expect.anything()] }));
    histogram.record(0.05);
    const first = await read();
    histogram.record(0.05);
    const count = (metrics: Awaited<ReturnType<typeof read>>) =>
      metrics.flatMap((scope) => scope.metrics.flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value)));
    expect(count(first)).toMatchObject([{ count: 1, buckets: { counts: [0, 1, 0, 0] } }]);
    expect(count(await read())).toMatchObject([{ count: 2, buckets: { counts: [0, 2, 0, 0] } }]);
  });

  test('are one where their scope and name are one', async () => {
    const { provider, read } = createReader();
    for (let n = 0; n < 2; n += 1) provider.getMeter('lean').createHistogram('durations', OPTIONS).record(1);
    expect((await read()).flatMap(({ metrics }) => metrics)).toHaveLength(1);
  });

  test('keep at most as many series as the SDK', async () => {
    const records = Array.from({ length: 2100 }, (_, n): Recorded => [1, { n }]);
    const [lean] = await countedBy('lean', records);
    expect(lean?.points).toHaveLength(2000);
    expect(lean?.points.at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': true }, value: { count: 101 } });
  });

  test('leave other instruments to the SDK', async () => {
    const { provider, read } = createReader();
    const meter = provider.getMeter('lean');
    meter.createCounter('counted').add(2);
    meter.createHistogram('without boundaries').record(3);
    const names = (await read()).flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
    expect(names).toEqual(['counted', 'without boundaries']);
  });
});
