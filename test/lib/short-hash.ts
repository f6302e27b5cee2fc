import { createHash } from 'node:crypto';

/** How logs, traces and the pages for operators name a session. */
export function shortHash(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 16);
}
