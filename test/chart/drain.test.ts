import { beforeAll, describe, expect, it } from 'vitest';
import { judgeAll } from './judge.ts';
import { type Rendering, type RenderOptions, refusal, render, renderAll } from './render.ts';
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

describe('the grace period', () => {
  const graceOf = ({ template }: Rendering): number => template()['spec'].terminationGracePeriodSeconds;
  const withGrace = (seconds: readonly number[]) =>
    TIMES.map((times, index) => nest({ ...valuesOf(times), terminationGracePeriodSeconds: seconds[index] }));
  let computed: readonly number[];
  beforeAll(async () => {
    computed = (await renderAll(TIMES.map((times) => nest(valuesOf(times))))).map(graceOf);
  });

  it.each(TIMES.map((times, index) => ({ ...times, index })))(
    'is long enough, and not much longer, for $preStop s, $delay ms, $longestCall ms [chart.grace-period]',
    ({ index, ...times }) => {
      expect(computed[index]).toBeGreaterThanOrEqual(neededSeconds(times));
      expect(computed[index]).toBeLessThan(neededSeconds(times) + 4);
    },
  );

  it('is refused where it is a second too small', async () => {
    expect((await renderAll(withGrace(computed))).map(graceOf)).toEqual(computed);
    const judgements = await judgeAll(withGrace(computed.map((seconds) => seconds - 1)), '4');
    for (const [index, { problems }] of judgements.entries())
      expect(problems).toEqual([
        expect.stringMatching(new RegExp(`terminationGracePeriodSeconds.*\\b${computed[index]}\\b`)),
      ]);
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
