import { setTimeout as delay } from 'node:timers/promises';
import type { Malformed } from './request.ts';
import type { Answer, Sender } from './sender.ts';
import type { Target } from './target.ts';

const SESSIONS = 4;
/** On a busy machine Redis may take too long, and the pod says so. */
const ATTEMPTS = 10;

/** The sessions of a run: those that requests may use, and what becomes of those that requests begin. */
export interface Sessions {
  any(turn: number): string;
  /** One that the request has ended is replaced, and one that it has begun is ended. */
  after(request: Malformed, answer: Answer): Promise<void>;
  /** Ends the others, and says how many sessions must be left. */
  end(): Promise<Left>;
}

/** Sessions that live until their TTL. */
export interface Left {
  /** So many no client can end: no answer named them, or their transport has no way to. */
  readonly least: number;
  /** So many more may have begun: requests that could begin a session ended without an answer, as when a client leaves before it comes. */
  readonly unanswered: number;
}

async function persistently<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await delay(1000);
    }
  }
}

export async function openSessions({ open, enders, beginsUnnamed }: Target, sender: Sender): Promise<Sessions> {
  const ids = await Promise.all(Array.from({ length: SESSIONS }, () => persistently(open)));
  const ended = new Set<string>();
  let least = 0;
  let unanswered = 0;

  async function end(id: string): Promise<void> {
    for (const headers of enders) {
      const request = {
        method: 'DELETE',
        path: '/mcp',
        headers: [['mcp-session-id', id], ...headers],
        body: '',
      } as const;
      if ((await sender.send(request)).status < 300) return;
    }
    least += 1;
  }

  async function replace(id: string): Promise<void> {
    const at = ids.indexOf(id);
    if (at === -1 || ended.has(id)) return;
    ended.add(id);
    ids[at] = await persistently(open);
  }

  return {
    any: (turn) => ids[turn % ids.length] as string,
    async after(request, answer) {
      const begun = answer.headers['mcp-session-id'];
      if (typeof begun === 'string' && !ids.includes(begun)) await end(begun);
      if (beginsUnnamed(request, answer)) least += 1;
      if (answer.status === 0 && request.raw?.includes('initialize') === true) unanswered += 1;
      if (request.method !== 'DELETE' || answer.status >= 300) return;
      for (const [, value] of request.headers) await replace(value);
    },
    async end() {
      await Promise.all(ids.map(end));
      return { least, unanswered };
    },
  };
}
