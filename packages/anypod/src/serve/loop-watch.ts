import type { Logger } from 'pino';
import type { PodWatch } from './pod-watch.ts';

const LOOK_MS = 250;
/** Shorter than what a heartbeat or a lease notices. */
const BLOCKED_MS = 1000;

/** Tells when the event loop stood still for a second or more: meanwhile the pod served nobody. Returns how to stop. */
export function watchLoop(log: Logger, { meter, calls }: PodWatch): () => void {
  let looked = performance.now();
  let cpu = process.cpuUsage();
  const look = setInterval(() => {
    const now = performance.now();
    const blockedMs = Math.round(now - looked - LOOK_MS);
    const used = process.cpuUsage(cpu);
    const tools = calls.takeBegun().map(({ tool, method }) => tool ?? method);
    looked = now;
    cpu = process.cpuUsage();
    if (blockedMs < BLOCKED_MS) return;
    meter.fault('blocked_loop');
    meter.loopBlocked(blockedMs);
    const cpuMs = Math.round((used.user + used.system) / 1000);
    // Which of them it was cannot be known: nothing else ran meanwhile that could have looked.
    const begun = [...new Set(tools)].map((name) => name.slice(0, 100));
    log.warn(
      { blockedMs, cpuMs, begun },
      'the event loop stood still, so this pod served nobody meanwhile: a handler computes or waits synchronously (cpuMs says which), or the process was paused',
    );
  }, LOOK_MS).unref();
  return () => clearInterval(look);
}
