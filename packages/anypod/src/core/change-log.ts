import type { Listening } from './inbox.ts';

/** A change that every client may care about. */
export type Change =
  | { readonly kind: 'tools_list_changed' }
  | { readonly kind: 'prompts_list_changed' }
  | { readonly kind: 'resources_list_changed' }
  | { readonly kind: 'resource_updated'; readonly uri: string };

/** The same for changes that are one where they come close together. */
export function changeName(change: Change): string {
  return change.kind === 'resource_updated' ? `${change.kind} ${change.uri}` : change.kind;
}

/** Without those that a later one of the same name makes needless. */
export function lastOfEach(changes: readonly PositionedChange[]): readonly PositionedChange[] {
  const last = new Map(changes.map(({ change, position }) => [changeName(change), position]));
  return changes.filter(({ change, position }) => last.get(changeName(change)) === position);
}

/** A change with its place in the log; positions are ordered as in `standing-log.ts`. */
export interface PositionedChange {
  readonly position: string;
  readonly change: Change;
}

/** The one log of changes that every pod follows; not copied per session. Capped in length. */
export interface ChangeLog {
  /** Resolves with the position given. */
  publish(change: Change): Promise<string>;
  /** Delivers every change from now on, on this pod, its own included, in order. Resolves when listening. */
  follow(onChange: (change: PositionedChange) => void): Promise<Listening>;
  /** What the log still has after `position`; may be empty. */
  after(position: string): Promise<readonly PositionedChange[]>;
  /** The newest position; `0-0` of an empty log. */
  tail(): Promise<string>;
}
