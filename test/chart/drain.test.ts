import { describe, expect, it } from 'vitest';
import { type RenderOptions, refusal, render } from './render.ts';
import { nest } from './values.ts';

interface Times {
  /** Seconds. */
  readonly preStop: number;
  readonly margin: number;
  /** Milliseconds, as the settings are. */
  readonly delay: number;
  readonly retry: number;
  readonly longestCall: number;
}

const TIMES: readonly Times[] = [
  { preStop: 5, margin: 10, delay: 3000, retry: 1000, longestCall: 25_000 },
  { preStop: 0, margin: 2, delay: 0, retry: 0, longestCall: 0 },
  { preStop: 15, margin: 10, delay: 0, retry: 1, longestCall: 999 },
  { preStop: 5, margin: 10, delay: 2500, retry: 1500, longestCall: 90_500 },
  { preStop: 30, margin: 5, delay: 10_000, retry: 5000, longestCall: 3_600_000 },
];

function valuesOf({ preStop, margin, delay, retry, longestCall }: Times) {
  return {
    'drain.preStop': preStop,
    'drain.margin': margin,
    'config.drainDelay': delay,
    'config.retry': retry,
    'config.drainTimeout': longestCall,
  };
}

/** Seconds from the first of the preStop hook until the last connection may be closed. */
function neededSeconds({ preStop, margin, delay, retry, longestCall }: Times): number {
  return preStop + margin + (delay + retry + longestCall) / 1000;
}

describe.concurrent('the grace period', () => {
  it.each(TIMES)(
    'is long enough, and not much longer, for $preStop s, $delay ms, $longestCall ms [chart.grace-period]',
    async (times) => {
      const { template } = await render(nest(valuesOf(times)));
      const grace = template()['spec'].terminationGracePeriodSeconds;
      expect(grace).toBeGreaterThanOrEqual(neededSeconds(times));
      expect(grace).toBeLessThan(neededSeconds(times) + 4);
    },
  );

  it.each(TIMES)('is refused where it is a second too small for $preStop s, $longestCall ms', async (times) => {
    const values = valuesOf(times);
    const needed = (await render(nest(values))).template()['spec'].terminationGracePeriodSeconds;
    const givenExactly = await render(nest({ ...values, terminationGracePeriodSeconds: needed }));
    expect(givenExactly.template()['spec'].terminationGracePeriodSeconds).toBe(needed);
    const said = await refusal(nest({ ...values, terminationGracePeriodSeconds: needed - 1 }));
    expect(said).toMatch(new RegExp(`terminationGracePeriodSeconds.*\\b${needed}\\b`));
  });
});

describe.concurrent('the preStop hook', () => {
  const hookAt = async (options: RenderOptions, values = {}) =>
    (await render(nest(values), options)).container()['lifecycle']?.preStop;

  it.each(['1.30.0', '1.31.0', '1.35.4', '1.30.2-gke.1587003', 'v1.33.1+k3s1'])(
    'sleeps on %s [chart.pre-stop]',
    async (kubeVersion) => {
      expect(await hookAt({ kubeVersion })).toEqual({ sleep: { seconds: 5 } });
    },
  );

  it.each(['1.29.14', '1.29.14-eks-1234567', '1.28.0'])(
    'lets Node wait on %s, which cannot sleep [chart.pre-stop]',
    async (kubeVersion) => {
      const hook = await hookAt({ kubeVersion });
      expect(hook.exec.command.at(-1)).toContain('5000');
      expect(hook.exec.command[0]).toMatch(/node$/);
    },
  );

  it('is none for 0 seconds', async () => {
    expect(await hookAt({}, { 'drain.preStop': 0 })).toBeUndefined();
  });

  it('is refused on a cluster that is older than the chart supports', async () => {
    expect(await refusal({}, { kubeVersion: '1.24.0' })).toContain('kubeVersion');
  });
});
