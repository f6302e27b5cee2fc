import { expect } from 'vitest';

/** Waits for what must come about; the time is only a limit, far above what it takes. */
export function eventually(check: () => void | Promise<void>, timeout = 10_000): Promise<void> {
  return expect.poll(async () => {
    await check();
    return true;
  }, { timeout, interval: 25 }).toBe(true);
}

/** The value of `promise`; throws when it has not settled in time, which says that something hangs. */
export async function settled<T>(promise: Promise<T>, what: string, timeout = 10_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle within ${timeout} ms`)), timeout);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
