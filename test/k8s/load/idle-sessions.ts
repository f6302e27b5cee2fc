import type { SessionRecord } from '../../chaos/records.ts';
import { openSession } from '../../cluster/wire.ts';

/** Sessions that nobody uses until the end. */
export interface IdleSessions {
  /** Asks with each whether it is still there. */
  look(): Promise<SessionRecord[]>;
}

export async function openIdleSessions(url: URL, count: number): Promise<IdleSessions> {
  const sessions = await Promise.all(Array.from({ length: count }, () => openSession(url, { name: 'idle' })));
  return {
    look: () =>
      Promise.all(
        sessions.map(async ({ send }, index) => {
          const response = await send(url, { jsonrpc: '2.0', id: 1, method: 'ping' }).catch(() => undefined);
          await response?.body?.cancel();
          return { client: `idle-${index}`, kept: response?.status === 200 };
        }),
      ),
  };
}
