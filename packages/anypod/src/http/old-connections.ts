import type { Socket } from 'node:net';
import type { Ages } from '../core/ages.ts';

/** Tells whether a connection is old; its age counts from the first request that it brought. */
export type IsOld = (connection: Socket) => boolean;

/** Connections that are kept alive would keep their clients on the pods that were there first. */
export function createOldConnections(ages: Ages): IsOld {
  const known = new WeakMap<Socket, { old: boolean }>();
  return (connection) => {
    const state = known.get(connection);
    if (state !== undefined) return state.old;
    const fresh = { old: false };
    known.set(connection, fresh);
    const forget = ages.watch(() => {
      fresh.old = true;
    });
    connection.once('close', forget);
    return false;
  };
}
