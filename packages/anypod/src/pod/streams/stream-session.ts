import type { Session } from '../../core/session.ts';

/** As much of a session as its streams need. `session` is replaced when the session changes in the store. */
export interface StreamSession {
  readonly id: string;
  readonly session: Session;
  /** Whether the subscriptions are those that clients were last told of. */
  readonly isFresh: boolean;
  /** Reads the session again; waits while the store is away. */
  refresh(): Promise<void>;
}
