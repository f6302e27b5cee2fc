import { REPLACED_IN_A_ROW_MS, type StandingEvent, type StandingLog } from '../core/store/standing-log.ts';
import type { Clock } from './expiring-map.ts';
import type { SessionState, Sessions } from './session-state.ts';
import { sameConnection } from './session-state.ts';

function eventsAfter({ standing }: SessionState, after: string): StandingEvent[] {
  return standing.after(after).map(({ position, value }) => ({ position, data: value }));
}

/** Counts one more connection that was replaced in a row. */
function replaceOne({ count, at }: SessionState['replaced'], now: number): SessionState['replaced'] {
  return { count: now - at < REPLACED_IN_A_ROW_MS ? count + 1 : 1, at: now };
}

export function createMemoryStandingLog(sessions: Sessions, clock: Clock): StandingLog {
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
      if (previous) session.replaced = replaceOne(session.replaced, clock());
      return {
        events: after === undefined ? [] : eventsAfter(session, after),
        ...session.delivered,
        ...(previous && { previous }),
        replaced: previous ? session.replaced.count : 0,
      };
    },

    async read(id, after) {
      const session = sessions.get(id);
      if (!session) return undefined;
      return { events: eventsAfter(session, after), ...(session.holder && { holder: session.holder }) };
    },

    async delivered(id, holder, delivered) {
      const session = sessions.get(id);
      if (session && sameConnection(session.holder, holder)) session.delivered = delivered;
    },

    async detach(id, holder, delivered) {
      const session = sessions.get(id);
      if (!session || !sameConnection(session.holder, holder)) return;
      session.delivered = delivered;
      delete session.holder;
    },
  };
}
