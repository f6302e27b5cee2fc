import { HEARTBEAT } from './sse.ts';

/** Writes heartbeats to all open streams of a handler with one timer. */
export interface Heartbeats {
  add(write: (text: string) => unknown): void;
  remove(write: (text: string) => unknown): void;
  stop(): void;
}

export function createHeartbeats(everyMs: number): Heartbeats {
  const streams = new Set<(text: string) => unknown>();
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
