import { describe, expect, it } from 'vitest';
import { type LeaseState, mayJudge, renewedAt } from './lease.ts';

const LEASE = 3000;

/** The state after renewals at these times. */
function after(...times: number[]): LeaseState {
  return times.reduce<LeaseState | undefined>((state, time) => renewedAt(time, LEASE, state), undefined) as LeaseState;
}

describe('a pod judges others by their leases', () => {
  it('after it has held its own for a whole one', () => {
    const state = after(0, 1000, 2000, 3000);
    expect(mayJudge(2900, LEASE, after(0, 1000, 2000))).toBe(false);
    expect(mayJudge(3100, LEASE, state)).toBe(true);
  });

  it('not while its own renewal is overdue', () => {
    expect(mayJudge(4400, LEASE, after(0, 1000, 2000, 3000))).toBe(true);
    expect(mayJudge(4600, LEASE, after(0, 1000, 2000, 3000))).toBe(false);
  });

  it('only two whole leases after an outage, even one that its own lease outlived', () => {
    const times = [0, 1000, 2000, 3000, 5700];
    expect(mayJudge(5800, LEASE, after(...times))).toBe(false);
    const renewed = [6700, 7700, 8700, 9700, 10_700, 11_700];
    expect(mayJudge(11_600, LEASE, after(...times, ...renewed.slice(0, 5)))).toBe(false);
    expect(mayJudge(11_800, LEASE, after(...times, ...renewed))).toBe(true);
  });
});
