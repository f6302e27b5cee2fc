import { expect, it, vi } from 'vitest';
import { departureOf } from './departure.ts';

it('tells once when its signal aborts, and at once if it has aborted', () => {
  const gone = new AbortController();
  const departure = departureOf(() => gone.signal);
  const listener = vi.fn<() => void>();
  departure.onGone(listener);
  expect(listener).not.toHaveBeenCalled();
  gone.abort();
  expect(listener).toHaveBeenCalledOnce();
  departure.onGone(listener);
  expect(listener).toHaveBeenCalledTimes(2);
});
