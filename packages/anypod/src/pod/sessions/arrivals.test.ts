import { describe, expect, it } from 'vitest';
import { Arrivals, EARLY_CANCELLATION_MS } from './arrivals.ts';

function at(start: number) {
  const clock = { now: start };
  return { clock, arrivals: new Arrivals(() => clock.now) };
}

describe('the arrivals of a session', () => {
  it('keep a cancellation for its request, once', () => {
    const { arrivals } = at(0);
    arrivals.cancelled(1);
    expect(arrivals.mayBeCancelled('1')).toBe(false);
    expect(arrivals.mayBeCancelled(1)).toBe(true);
    expect(arrivals.mayBeCancelled(1)).toBe(false);
  });

  it('keep it for a few seconds only', () => {
    const { arrivals, clock } = at(1000);
    arrivals.cancelled(1);
    clock.now += EARLY_CANCELLATION_MS;
    expect(arrivals.mayBeCancelled(1)).toBe(false);
    arrivals.cancelled(1);
    clock.now += EARLY_CANCELLATION_MS - 1;
    expect(arrivals.mayBeCancelled(1)).toBe(true);
  });

  it('keep the newest hundred', () => {
    const { arrivals } = at(0);
    for (let id = 0; id < 150; id += 1) arrivals.cancelled(id);
    expect(arrivals.mayBeCancelled(49)).toBe(false);
    expect(arrivals.mayBeCancelled(50)).toBe(true);
  });

  it('know the last requests, and tell numbers from strings', () => {
    const { arrivals } = at(0);
    arrivals.arrived(1);
    expect(arrivals.hasArrived(1)).toBe(true);
    expect(arrivals.hasArrived('1')).toBe(false);
    for (let id = 100; id < 163; id += 1) arrivals.arrived(id);
    expect(arrivals.hasArrived(1)).toBe(true);
    arrivals.arrived(163);
    expect(arrivals.hasArrived(1)).toBe(false);
    expect(arrivals.hasArrived(163)).toBe(true);
  });
});
