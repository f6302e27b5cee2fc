import type { Connection } from '../../core/store/event-log.ts';

/** An entry of a Redis Stream as clients return it: its id, then fields and values in turn. */
export type Entry = readonly [id: string, fields: readonly string[]];

/** Reads one field of an entry. Undefined: the entry does not have it. */
export function fieldOf(entry: Entry, field: string): string | undefined {
  const at = entry[1].indexOf(field);
  return at === -1 ? undefined : entry[1][at + 1];
}

/** Reads the pod and connection that a script returned. Undefined: it returned none. */
export function connectionOf(pod: string | null, connection: string | null): Connection | undefined {
  return pod === null || connection === null ? undefined : { pod, connection };
}
