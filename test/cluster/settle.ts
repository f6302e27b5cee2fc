import { vi } from 'vitest';

/** A limit for what hangs. A busy machine is no fault, so it is far above what anything takes. */
const PATIENCE_MS = 90_000;

/** Waits for what must come about; the time is only a limit, far above what it takes. */
export function eventually<T>(check: () => T | Promise<T>, timeout = PATIENCE_MS): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 25 });
}

/** The value of `promise`; throws when it has not settled in time, which says that something hangs. */
export async function settled<T>(promise: Promise<T>, what: string, timeout = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle within ${timeout} ms`)), timeout);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
