import { callSafely } from '../../core/call-safely.ts';
import type { Log } from '../../core/log.ts';
import type { Change } from '../../core/store/change-log.ts';
import type { ServerEvent, ServerEventBus } from '../sdk/sdk.ts';

/** The SDK's event bus with the changes of all pods. */
export interface ChangeBus extends ServerEventBus {
  /** Passes a change from the shared log to every listen stream of this pod. Each stream decides whether it sends the change. */
  deliver(change: Change): void;
}

/** `publish` sends a change to the shared log. From there it comes to every pod, including this one. */
export function createChangeBus(publish: (change: Change) => void, log: Log): ChangeBus {
  const listeners = new Set<(event: ServerEvent) => void>();

  return {
    publish,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    deliver(change) {
      for (const listener of listeners) callSafely<[Change]>(log, 'tell of a change', listener, change);
    },
  };
}
