import { tenantOf } from '../caller.ts';
import type { Listening } from './inbox.ts';

/** Whom a change concerns: all callers of a tenant, or one principal as `principalOf` names it. */
export type Audience = { readonly tenant: string } | { readonly principal: string };

/** A change that clients may want to hear of. Without `for`, it concerns all of them. */
export type Change = { readonly for?: Audience } & (
  | { readonly kind: 'tools_list_changed' }
  | { readonly kind: 'prompts_list_changed' }
  | { readonly kind: 'resources_list_changed' }
  | { readonly kind: 'resource_updated'; readonly uri: string }
);

/** A name for the change. Changes of one name that come close together count as one. */
export function changeName(change: Change): string {
  const audience = change.for === undefined ? '' : ` ${JSON.stringify(change.for)}`;
  return change.kind === 'resource_updated' ? `${change.kind} ${change.uri}${audience}` : change.kind + audience;
}

/** Whether a change concerns a principal. Undefined: an anonymous caller, who hears only of what concerns all. */
export function concerns({ for: audience }: Change, principal: string | undefined): boolean {
  if (audience === undefined) return true;
  if (principal === undefined) return false;
  return 'tenant' in audience ? tenantOf(principal) === audience.tenant : principal === audience.principal;
}

/** Keeps only the last change of each name. */
export function lastOfEach(changes: readonly PositionedChange[]): readonly PositionedChange[] {
  const last = new Map(changes.map(({ change, position }) => [changeName(change), position]));
  return changes.filter(({ change, position }) => last.get(changeName(change)) === position);
}

/** A change with its place in the log. `comparePositions` orders positions. */
export interface PositionedChange {
  readonly position: string;
  readonly change: Change;
}

/** The one log of changes that every pod follows. It is not copied per session, and its length is capped. */
export interface ChangeLog {
  /** Resolves with the position that the change got. */
  publish(change: Change): Promise<string>;
  /** Delivers every change from now on, in order, including those that this pod publishes. Resolves when it listens. */
  follow(onChange: (change: PositionedChange) => void): Promise<Listening>;
  /** The changes after `position` that the log still has; may be empty. */
  after(position: string): Promise<readonly PositionedChange[]>;
  /** The newest position; `0-0` if the log is empty. */
  tail(): Promise<string>;
}
