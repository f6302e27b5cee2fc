import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.ts';

/**
 * Waits until `probe` returns true. A probe that throws counts as false.
 *
 * The limit is for processes that hang: a start takes a second, and 40 seconds on a busy machine.
 *
 * @throws if the process ends first, or after `timeoutMs` (default 180 000). The message has the process's output.
 */
export async function waitUntilReady(
  child: Child,
  probe: () => Promise<boolean>,
  { name, timeoutMs = 180_000 }: { name: string; timeoutMs?: number },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await probe().catch(() => false))) {
    if (!child.running) {
      const how = await child.exited.then((exit) => `code ${exit.code}, signal ${exit.signal}`, String);
      throw new Error(`${name} ended before it was ready (${how}):\n${child.logs()}`);
    }
    if (Date.now() > deadline) throw new Error(`${name} is not ready after ${timeoutMs} ms:\n${child.logs()}`);
    await sleep(50);
  }
}
