import { HEARTBEAT } from './sse.ts';

/** Writes heartbeats to all open streams of a handler with one timer. */
export interface Heartbeats {
  add(write: (text: string) => void): void;
  remove(write: (text: string) => void): void;
  stop(): void;
}

export function createHeartbeats(everyMs: number): Heartbeats {
  const streams = new Set<(text: string) => void>();
  const timer = setInterval(() => {
    for (const write of streams) write(HEARTBEAT);
  }, everyMs);
  timer.unref();
  return {
    add: (write) => streams.add(write),
    remove: (write) => streams.delete(write),
    stop: () => clearInterval(timer),
  };
}
