import type { Finding } from '../finding.ts';
import { exponentOf } from './exponents.ts';
import type { GrowthPoint } from './growth-point.ts';

/** What a deployment of one size costs. */
export interface Measured {
  readonly size: number;
  readonly point: GrowthPoint;
}

/** Names the findings of growth, which `growth-table.ts` reads. */
export const GROWTH = 'growth';

/** One row for each quantity: its value at each size of the axis (`sessions` or `pods`), and the exponent with which it grows, where no value is 0. */
export function growthFindings(axis: string, measured: readonly Measured[]): Finding[] {
  const names = Object.keys(measured[0]?.point ?? {});
  return names.map((name) => {
    const samples = measured.map(({ size, point }) => ({ size, value: point[name] ?? Number.NaN }));
    const values = Object.fromEntries(samples.map(({ size, value }) => [`${size} ${axis}`, value]));
    const exponent = exponentOf(samples);
    const growing = Number.isFinite(exponent) ? { [`exponent of ${axis}`]: exponent } : {};
    return { study: GROWTH, subject: name, values: { ...values, ...growing }, promises: [] };
  });
}
