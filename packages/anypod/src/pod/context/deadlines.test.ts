import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Late } from '../../core/deadlines.ts';
import type { Log } from '../../core/log.ts';
import { createDeadlines } from './deadlines.ts';

describe('deadlines', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function start(afterMs = 1000) {
    const told: string[] = [];
    const log: Log = { info: () => undefined, warn: (_fields, message) => void told.push(message) };
    const deadlines = createDeadlines(afterMs, () => Date.now(), log);
    const entry = (name: string): Late => ({ late: () => void told.push(name) });
    return { deadlines, told, entry };
  }

  it('tell each entry once, when its own time is up', () => {
    const { deadlines, told, entry } = start();
    deadlines.add(entry('a'));
    vi.advanceTimersByTime(600);
    deadlines.add(entry('b'));
    vi.advanceTimersByTime(399);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['a']);
    vi.advanceTimersByTime(599);
    expect(told).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['a', 'b']);
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual(['a', 'b']);
  });

  it('do not tell an entry that was removed, and keep no timer when no entry is left', () => {
    const { deadlines, told, entry } = start();
    const a = deadlines.add(entry('a'));
    deadlines.add(entry('b'));
    deadlines.remove(a);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(['b']);
    expect(vi.getTimerCount()).toBe(0);
    deadlines.add(entry('c'));
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(['b', 'c']);
  });

  it('continue after an entry that throws, and log it', () => {
    const { deadlines, told, entry } = start();
    const late = () => {
      throw new Error('no');
    };
    for (const one of [{ late }, entry('a'), { late }]) deadlines.add(one);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(['a callback failed', 'a', 'a callback failed']);
    deadlines.add(entry('b'));
    vi.advanceTimersByTime(1000);
    expect(told.at(-1)).toBe('b');
  });

  it('accept an entry that is added while others are told', () => {
    const { deadlines, told, entry } = start();
    deadlines.add({ late: () => void deadlines.add(entry('next')) });
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(['next']);
  });
});
