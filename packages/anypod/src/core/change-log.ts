import type { Listening } from './inbox.ts';

/** A change that any client may want to hear of. */
export type Change =
  | { readonly kind: 'tools_list_changed' }
  | { readonly kind: 'prompts_list_changed' }
  | { readonly kind: 'resources_list_changed' }
  | { readonly kind: 'resource_updated'; readonly uri: string };

/** A name for the change. Changes of one name that come close together count as one. */
export function changeName(change: Change): string {
  return change.kind === 'resource_updated' ? `${change.kind} ${change.uri}` : change.kind;
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
