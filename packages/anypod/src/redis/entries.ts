import type { Connection } from '../core/event-log.ts';

/** A Redis Streams entry as clients deliver it: its id, then field and value in turn. */
export type Entry = readonly [id: string, fields: readonly string[]];

/** Reads one field of an entry; undefined: the entry does not have it. */
export function fieldOf(entry: Entry, field: string): string | undefined {
  const at = entry[1].indexOf(field);
  return at === -1 ? undefined : entry[1][at + 1];
}

/** Reads the pod and connection that a script returned; undefined: neither. */
export function connectionOf(pod: string | null, connection: string | null): Connection | undefined {
  return pod === null || connection === null ? undefined : { pod, connection };
}
