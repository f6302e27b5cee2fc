import { setTimeout as delay } from 'node:timers/promises';
import { createGate } from '../lib/gate.ts';

/** Work that is done again and again, each lane by itself. */
export interface Lanes {
  /** Resolves when no lane works. Throws where one does not end within `PAUSE_WITHIN_MS`. */
  pause(): Promise<void>;
  resume(): void;
  /** Begins nothing more, and resolves when all is done. */
  stop(): Promise<void>;
}

/** Above the clients' own time limits. */
const PAUSE_WITHIN_MS = 40_000;

export function startLanes(lanes: readonly (() => Promise<unknown>)[]): Lanes {
  const rest = createGate();
  let going = true;
  const run = async (lane: () => Promise<unknown>) => {
    for (;;) {
      await rest.pass();
      if (!going) return;
      await lane();
    }
  };
  const running = lanes.map(run);
  return {
    async pause() {
      rest.close();
      const until = Date.now() + PAUSE_WITHIN_MS;
      while (rest.waiting < lanes.length) {
        if (Date.now() > until) throw new Error(`${lanes.length - rest.waiting} lanes of the load do not come to rest`);
        await delay(20);
      }
    },
    resume: () => rest.open(),
    async stop() {
      going = false;
      rest.open();
      await Promise.all(running);
    },
  };
}
