import type { Socket } from 'node:net';
import type { AgeLimit } from '../core/age-limit.ts';

/** Tells whether a connection is old. Its age counts from its first request. */
export type IsOld = (connection: Socket) => boolean;

/** Finds old connections, so that they can be closed: connections that are kept alive would keep their clients on the pods that started first. */
export function createOldConnections(ageLimit: AgeLimit): IsOld {
  const known = new WeakMap<Socket, { old: boolean }>();
  return (connection) => {
    const state = known.get(connection);
    if (state !== undefined) return state.old;
    const fresh = { old: false };
    known.set(connection, fresh);
    const forget = ageLimit.watch(() => {
      fresh.old = true;
    });
    connection.once('close', forget);
    return false;
  };
}
