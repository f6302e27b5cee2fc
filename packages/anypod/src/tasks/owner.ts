import { createHash } from 'node:crypto';
import { type AuthInfo, BACKGROUND_CALLER, type Caller, principalOf } from '../core/caller.ts';
import type { TaskCall, TaskClaims } from '../core/task/task.ts';

/** The `_meta` key with which the request of a queued task tells its handler the task's id. */
export const TASK_ID_META = 'anypod/taskId';

/** Anonymous callers of 2026-07-28 share this owner. Only the unguessable id protects their tasks. */
const ANONYMOUS = 'anonymous';

/** Who may see the tasks that this caller begins: its principal, else its session. */
export function ownerOf({ authInfo }: Caller, session: string | undefined): string {
  const principal = principalOf(authInfo);
  if (principal === undefined && session === undefined) return ANONYMOUS;
  const who = principal === undefined ? ['session', session] : ['principal', principal];
  return createHash('sha256').update(JSON.stringify(who)).digest('base64url');
}

/** What is stored of a caller's authentication: all but the token. */
export function claimsOf({ authInfo }: Caller): { readonly claims?: TaskClaims } {
  if (authInfo === undefined) return {};
  const { token: _, ...claims } = authInfo;
  return { claims };
}

/** The caller of a stored call. It has the claims, and no token. */
export function callerOf({ claims, headers }: TaskCall): Caller {
  if (claims === undefined) return { ...BACKGROUND_CALLER, headers };
  return { ...BACKGROUND_CALLER, headers, authInfo: { ...claims, token: '' } as unknown as AuthInfo };
}

/** The headers that mirror a call's params, which the SDK compares with them. */
export function mirrorsOf({ headers }: Caller): Record<string, string> {
  const mirrors = Object.entries(headers).filter(
    ([name, value]) => /^mcp-(?!session)/.test(name) && typeof value === 'string',
  );
  return Object.fromEntries(mirrors) as Record<string, string>;
}
