import type { Change, ChangeLog, PositionedChange } from '../core/store/change-log.ts';
import type { Clock } from './expiring-map.ts';
import { createPositionedLog } from './positioned-log.ts';

export interface MemoryChangeLog extends ChangeLog {
  close(): void;
}

/** Changes arrive after `publish` has returned, as they do between processes. */
export function createMemoryChangeLog(clock: Clock, limit: number): MemoryChangeLog {
  const log = createPositionedLog<Change>(clock, limit, Number.POSITIVE_INFINITY);
  const followers = new Set<(change: PositionedChange) => void>();

  return {
    async publish(change) {
      const position = log.append(change);
      for (const follower of followers) {
        setImmediate(() => {
          if (followers.has(follower)) follower({ position, change });
        });
      }
      return position;
    },

    async follow(onChange) {
      const follower = (change: PositionedChange) => onChange(change);
      followers.add(follower);
      return {
        async stop() {
          followers.delete(follower);
        },
      };
    },

    after: async (position) => log.after(position).map((entry) => ({ position: entry.position, change: entry.value })),
    tail: async () => log.tail(),
    close: () => followers.clear(),
  };
}
