import { randomBytes } from 'node:crypto';
import type { Store } from '../../core/store/store.ts';

/** Ends a session as its client's DELETE does, and tells the pods. Returns how many were told. Undefined: there is no such session. */
export async function endSession(
  { sessions, inbox }: Pick<Store, 'sessions' | 'inbox'>,
  id: string,
): Promise<number | undefined> {
  const pods = await sessions.end(id);
  // Their confirmations go to an inbox that does not exist, so the store drops them.
  const own = { from: `cli-${randomBytes(6).toString('hex')}`, ack: 'none' };
  for (const pod of pods ?? []) await inbox.send(pod, { type: 'session-ended', session: id, ...own });
  return pods?.length;
}
