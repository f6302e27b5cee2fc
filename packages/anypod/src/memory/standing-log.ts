import type { StandingEvent, StandingLog } from '../core/standing-log.ts';
import type { SessionState, Sessions } from './session-state.ts';
import { sameConnection } from './session-state.ts';

function eventsAfter({ standing }: SessionState, after: string): StandingEvent[] {
  return standing.after(after).map(({ position, value }) => ({ position, data: value }));
}

export function createMemoryStandingLog(sessions: Sessions): StandingLog {
  return {
    async append(id, data) {
      const session = sessions.get(id);
      if (!session) return undefined;
      const previous = session.standing.tail();
      const position = session.standing.append(data);
      return { position, previous, ...(session.holder && { holder: session.holder }) };
    },

    async attach(id, holder, after) {
      const session = sessions.get(id);
      if (!session) return undefined;
      const previous = session.holder;
      session.holder = holder;
      return {
        events: after === undefined ? [] : eventsAfter(session, after),
        position: session.standing.tail(),
        ...(previous && { previous }),
      };
    },

    async read(id, after) {
      const session = sessions.get(id);
      if (!session) return undefined;
      return { events: eventsAfter(session, after), ...(session.holder && { holder: session.holder }) };
    },

    async detach(id, holder) {
      const session = sessions.get(id);
      if (session && sameConnection(session.holder, holder)) delete session.holder;
    },
  };
}
