import type { Session } from '../../core/session/session.ts';

/** The parts of a session that its streams need. The pod replaces `session` when the session changes in the store. */
export interface StreamSession {
  readonly id: string;
  readonly session: Session;
  /** Whether the cached subscriptions include every change that was confirmed to the client. */
  readonly isFresh: boolean;
  /** Reads the session again. Waits while the store is away. */
  refresh(): Promise<void>;
}
