import { vi } from 'vitest';

/** A limit for tests that hang. It is far above what anything takes, so that a busy machine does not fail a test. */
const PATIENCE_MS = 90_000;

/** Waits until `check` succeeds. The time is only a limit, far above what it takes. */
export function eventually<T>(check: () => T | Promise<T>, timeout = PATIENCE_MS): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 25 });
}

/** The value of `promise`. Throws if it has not settled in time, since then something hangs. */
export async function settled<T>(promise: Promise<T>, what: string, timeout = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle within ${timeout} ms`)), timeout);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
