import type { StandingLog } from '../core/standing-log.ts';
import { sameConnection } from './same-connection.ts';
import type { Sessions } from './session-state.ts';

export function createMemoryStandingLog(sessions: Sessions): StandingLog {
  return {
    async append(id, data) {
      const session = sessions.get(id);
      if (!session) return undefined;
      return { position: session.standing.append(data), ...(session.holder && { holder: session.holder }) };
    },

    async attach(id, holder, after) {
      const session = sessions.get(id);
      if (!session) return undefined;
      const previous = session.holder;
      session.holder = holder;
      const missed = after === undefined ? [] : session.standing.after(after);
      return {
        events: missed.map(({ position, value }) => ({ position, data: value })),
        position: session.standing.tail(),
        ...(previous && { previous }),
      };
    },

    async detach(id, holder) {
      const session = sessions.get(id);
      if (session && sameConnection(session.holder, holder)) delete session.holder;
    },
  };
}
