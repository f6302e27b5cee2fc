import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../core/log.ts';
import { createAgeLimit, type RunningAgeLimit } from './age-limit.ts';

const AGE_MS = 10_000;

describe('AgeLimit', () => {
  let ageLimit: RunningAgeLimit;
  beforeEach(() => {
    vi.useFakeTimers();
    ageLimit = createAgeLimit(AGE_MS, silentLog, () => Date.now());
  });
  afterEach(() => {
    ageLimit.stop();
    vi.useRealTimers();
  });

  it('ends nothing before its age, and everything soon after it', () => {
    const end = vi.fn();
    vi.advanceTimersByTime(1234);
    for (let count = 0; count < 50; count += 1) ageLimit.watch(end);
    vi.advanceTimersByTime(AGE_MS - 1);
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(AGE_MS * 0.25);
    expect(end).toHaveBeenCalledTimes(50);
    vi.advanceTimersByTime(AGE_MS * 3);
    expect(end).toHaveBeenCalledTimes(50);
  });

  it('spreads the ends of entries that began together', () => {
    const endedAt = new Set<number>();
    for (let count = 0; count < 500; count += 1) ageLimit.watch(() => endedAt.add(Date.now()));
    vi.advanceTimersByTime(AGE_MS * 1.25);
    expect(endedAt.size).toBeGreaterThan(10);
  });

  it('ends no entry that was removed', () => {
    const [kept, forgotten] = [vi.fn(), vi.fn()];
    const forgets = Array.from({ length: 50 }, () => ageLimit.watch(forgotten));
    for (let count = 0; count < 50; count += 1) ageLimit.watch(kept);
    for (const forget of forgets) forget();
    vi.advanceTimersByTime(AGE_MS * 2);
    expect(forgotten).not.toHaveBeenCalled();
    expect(kept).toHaveBeenCalledTimes(50);
  });

  it('ends entries that became old while the process was paused', () => {
    const end = vi.fn();
    ageLimit.watch(end);
    vi.setSystemTime(Date.now() + AGE_MS * 5);
    vi.advanceTimersByTime(AGE_MS / 100);
    expect(end).toHaveBeenCalledOnce();
  });

  it('watches everything with one timer, and with age 0 nothing at all', () => {
    const before = vi.getTimerCount();
    for (let count = 0; count < 50; count += 1) ageLimit.watch(() => undefined);
    expect(vi.getTimerCount()).toBe(before);
    const end = vi.fn();
    createAgeLimit(0, silentLog).watch(end);
    expect(vi.getTimerCount()).toBe(before);
    vi.advanceTimersByTime(AGE_MS * 100);
    expect(end).not.toHaveBeenCalled();
  });
});
