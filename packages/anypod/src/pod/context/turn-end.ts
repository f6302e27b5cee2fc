import { setImmediate as immediate } from 'node:timers/promises';

/**
 * Resolves at the end of the current turn of the event loop. All who wait for the same end continue together, so what they then send to the store can
 * share a packet.
 */
export type TurnEnd = () => Promise<void>;

export function createTurnEnd(): TurnEnd {
  let end: Promise<void> | undefined;
  const passed = () => {
    end = undefined;
  };
  return () => {
    end ??= immediate().then(passed);
    return end;
  };
}
