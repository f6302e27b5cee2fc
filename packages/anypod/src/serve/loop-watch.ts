import type { Logger } from 'pino';
import type { PodWatch } from './pod-watch.ts';

const LOOK_MS = 250;
/** Shorter than a block that clients notice by a missing heartbeat or pods by a lost lease. */
const BLOCKED_MS = 1000;

/** Logs and counts each time that the event loop stood still for a second or more, because the pod then served nobody. Returns how to stop. */
export function watchLoop(log: Logger, { meter, calls }: PodWatch): () => void {
  let looked = performance.now();
  let cpu = process.cpuUsage();
  const look = setInterval(() => {
    const now = performance.now();
    const blockedMs = Math.round(now - looked - LOOK_MS);
    const used = process.cpuUsage(cpu);
    looked = now;
    cpu = process.cpuUsage();
    if (blockedMs < BLOCKED_MS) return;
    meter.fault('blocked_loop');
    meter.loopBlocked(blockedMs);
    const cpuMs = Math.round((used.user + used.system) / 1000);
    // No code could run during the block to see which call caused it.
    const begun = new Set(calls.latest().map(({ tool, method }) => (tool ?? method).slice(0, 100)));
    log.warn(
      { blockedMs, cpuMs, begun: [...begun] },
      'the event loop stood still, so this pod served nobody: a handler computed or waited synchronously (cpuMs says which), or the process was paused',
    );
  }, LOOK_MS).unref();
  return () => clearInterval(look);
}
