import type { Connection } from '../core/event-log.ts';

export function sameConnection(a: Connection | undefined, b: Connection): boolean {
  return a?.pod === b.pod && a.connection === b.connection;
}
