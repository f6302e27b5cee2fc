import { callSafely } from '../../core/call-safely.ts';
import { LinkedList } from '../../core/linked-list.ts';
import type { Log } from '../../core/log.ts';
import { HEARTBEAT } from './sse.ts';

/** Writes heartbeats to all open streams of a handler. Uses one timer for all. */
export interface Heartbeats {
  /** Sends heartbeats to `write` until the returned function is called. */
  add(write: (text: string) => unknown): () => void;
  stop(): void;
}

export function createHeartbeats(everyMs: number, log: Log): Heartbeats {
  const streams = new LinkedList<(text: string) => unknown>();

  const timer = setInterval(() => {
    for (const write of [...streams]) callSafely(log, 'heartbeat', write, HEARTBEAT);
  }, everyMs);
  timer.unref();
  return {
    add(write) {
      const stream = streams.push(write);
      return () => void streams.remove(stream);
    },
    stop: () => clearInterval(timer),
  };
}
