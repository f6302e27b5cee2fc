import { STANDING } from '../../core/session/follow-session.ts';
import type { Observed } from '../../core/store/inspection.ts';
import type { Entry } from '../client/entries.ts';
import type { Looking } from './inspect-sessions.ts';
import { observe } from './session-logs.ts';

/** A message of a session without its content. */
export type EventFacts = Omit<Observed, 'data'>;

/** The newest messages of so many streams, so that a page of them is short, and no stream alone fills it. */
const STREAMS = 20;
const OF_EACH = 10;

/** Kinds and sizes of a session's last messages, the newest of each stream first. It reads the streams one after the other, so it holds few messages at once. */
export async function lastEvents(looking: Looking, id: string): Promise<readonly EventFacts[]> {
  const { commands, keys } = looking;
  const calls = (await commands.call('zrange', keys.streams(id), 0, STREAMS - 1, 'REV')) as string[];
  const events: EventFacts[] = [];
  for (const stream of [STANDING, ...calls]) {
    const key = stream === STANDING ? keys.standing(id) : keys.stream(id, stream);
    const entries = (await commands.call('xrevrange', key, '+', '-', 'COUNT', OF_EACH)) as Entry[];
    for (const entry of entries) {
      const { data: _, ...facts } = observe(looking, id, stream, entry);
      events.push(facts);
    }
  }
  return events;
}
