import type { SessionFacts } from '../../core/store/inspection.ts';
import type { RedisClient } from '../client/client.ts';
import { type ScanRound, scanRound } from '../client/scan.ts';
import { inspectSession, type Looking, patternsOf, sessionIn } from './inspect-sessions.ts';

/** Which sessions to look for: those whose id begins with the text, or whose principal or client contains it. No text: all. */
export interface SessionSearch {
  readonly by: 'id' | 'principal' | 'client';
  readonly text: string;
}

/** Some of the sessions, in no order: Redis has none for keys. */
export interface SessionPage {
  readonly sessions: readonly SessionFacts[];
  /** How many sessions this page has read. */
  readonly looked: number;
  /** Where the next page begins. Undefined: there is none. */
  readonly next?: string;
}

/** A page has about this many sessions, and takes about this long (ms). */
const ENOUGH = 50;
const WITHIN_MS = 2000;
/** The keys that one round looks at, so a page can have this many sessions more. */
const ROUND = 100;

/**
 * Reads a page of sessions. It looks at keys in small rounds, never at all of them at once, and stops when it has enough or when its time is up. A session
 * that is there all the time is on a page; one may be on two.
 */
export async function pageSessions(
  looking: Looking & { readonly client: RedisClient },
  { by, text }: SessionSearch,
  after: string = '0/0-0',
): Promise<SessionPage> {
  const patterns = patternsOf(looking.keys, by === 'id' ? text : '');
  const until = performance.now() + WITHIN_MS;
  const sessions = new Map<string, SessionFacts>();
  let looked = 0;
  let next: string | undefined = after;
  while (next !== undefined && sessions.size < ENOUGH && performance.now() < until) {
    const round: ScanRound = await roundOf(looking.client, patterns, next);
    const found = await Promise.all(round.keys.map((key) => inspectSession(looking, sessionIn(key))));
    for (const session of found) {
      if (session === undefined) continue;
      looked += 1;
      if (by === 'id' || contains(session[by], text)) sessions.set(session.id, session);
    }
    next = round.next;
  }
  return { sessions: [...sessions.values()], looked, ...(next !== undefined && { next }) };
}

/** A round in one of the patterns: `place` is its number, a slash, and where the round begins. */
async function roundOf(client: RedisClient, patterns: readonly string[], place: string): Promise<ScanRound> {
  const [number = '0', from] = place.split('/');
  const pattern = patterns[Number(number)];
  if (pattern === undefined) return { keys: [] };
  const { keys, next } = await scanRound(client, pattern, from, ROUND);
  if (next !== undefined) return { keys, next: `${number}/${next}` };
  const following = Number(number) + 1;
  return { keys, ...(following < patterns.length && { next: `${following}/0-0` }) };
}

function contains(whole: string | undefined, part: string): boolean {
  return part === '' || whole?.toLowerCase().includes(part.toLowerCase()) === true;
}
