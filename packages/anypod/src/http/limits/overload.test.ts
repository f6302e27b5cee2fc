import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOverload, type OverloadOptions } from './overload.ts';

afterEach(() => void vi.useRealTimers());

function start(options: Partial<OverloadOptions> = {}) {
  vi.useFakeTimers();
  let now = 0;
  const load = { calls: 0, streams: 0, listens: 0 };
  const overload = createOverload({ maxCalls: 10, maxLoopDelayMs: 500, load, now: () => now, ...options });
  /** Lets timers be late by each of these times, one after the other. */
  const late = (...delays: number[]) => {
    for (const ms of delays) {
      now += 100 + ms;
      vi.advanceTimersByTime(100);
    }
  };
  return { overload, load, late };
}

describe('a pod', () => {
  it('is full above its number of requests, and not any more when they are answered [limits.overload]', () => {
    const { overload, load } = start();
    load.calls = 10;
    expect(overload.refusal()).toBeUndefined();
    load.calls = 11;
    expect(overload.refusal()).toMatchObject({ status: 503, reason: 'overloaded', headers: { 'retry-after': '1' } });
    load.calls = 10;
    expect(overload.refusal()).toBeUndefined();
  });

  it('has too much to do while all of the last timers were late [limits.overload]', () => {
    const { overload, late } = start();
    late(600, 700, 600, 900);
    expect(overload.refusal()).toBeUndefined();
    late(501);
    expect(overload.refusal()).toMatchObject({ status: 503, reason: 'overloaded' });
    late(10);
    expect(overload.refusal()).toBeUndefined();
  });

  it('has not too much to do because one handler has blocked it for long [limits.overload]', () => {
    const { overload, late } = start();
    late(0, 0, 30_000, 0, 0, 30_000);
    expect(overload.refusal()).toBeUndefined();
  });

  it('refuses nothing without limits, and then sets no timer [limits.off]', () => {
    const { overload, load, late } = start({ maxCalls: 0, maxLoopDelayMs: 0 });
    load.calls = 1_000_000;
    expect(vi.getTimerCount()).toBe(0);
    late(5000, 5000, 5000, 5000, 5000);
    expect(overload.refusal()).toBeUndefined();
  });
});
