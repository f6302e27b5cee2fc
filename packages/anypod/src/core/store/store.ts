import type { CallStore } from './call-store.ts';
import type { ChangeLog } from './change-log.ts';
import type { EventLog } from './event-log.ts';
import type { Inbox } from './inbox.ts';
import type { KeyVersions } from './key-versions.ts';
import type { Ownership } from './ownership.ts';
import type { PodRegistry } from './pod-registry.ts';
import type { QuestionStore } from './question-store.ts';
import type { Quotas } from './quotas.ts';
import type { SessionStore } from './session-store.ts';
import type { SpentStates } from './spent-states.ts';
import type { StandingLog } from './standing-log.ts';
import type { StateStore } from './state-store.ts';
import type { TaskStore } from './task-store.ts';

/** Everything that pods share. There are two implementations: `memory` (one process) and `redis`. */
export interface Store {
  readonly sessions: SessionStore;
  readonly events: EventLog;
  readonly standing: StandingLog;
  readonly questions: QuestionStore;
  readonly inbox: Inbox;
  readonly pods: PodRegistry;
  readonly ownership: Ownership;
  readonly changes: ChangeLog;
  readonly calls: CallStore;
  readonly spent: SpentStates;
  readonly tasks: TaskStore;
  readonly state: StateStore;
  readonly quotas: Quotas;
  readonly versions: KeyVersions;
  /** Resolves if the store answers, else rejects. */
  ping(): Promise<void>;
  /** Stops every reader. The creator of a connection closes it. */
  close(): Promise<void>;
}

/** Lifetimes and limits, the same for every implementation. Times are in ms. */
export interface StoreOptions {
  /** A session ends after this long without being renewed. Default 24 h. */
  readonly sessionTtlMs?: number;
  /** How long a finished exchange can be resumed. Default 10 min. */
  readonly streamRetentionMs?: number;
  /** How long the log of an exchange that never ends is kept after its last event. Default 1 h. */
  readonly streamIdleMs?: number;
  /** How many events of one exchange are kept. Default 10 000. */
  readonly streamEventLimit?: number;
  /** How many bytes of events of one exchange are kept. The newest event is kept whatever its size. Default 4 MiB. */
  readonly streamByteLimit?: number;
  /** How long a standing log is kept after its last message. Default 5 min. */
  readonly standingRetentionMs?: number;
  /** How many messages a standing log keeps, and how many changes the change log keeps (about). Default 1000. */
  readonly standingLimit?: number;
  /** How many subscriptions a session may have. Default 1000. */
  readonly subscriptionLimit?: number;
  /** How many bytes of entries a session or a handle may have, and how many bytes of changes a session's registry. Default 64 KiB. */
  readonly stateByteLimit?: number;
  /** How many handles one principal may have. Default 1000. */
  readonly handleLimit?: number;
  /** How many handles all anonymous callers may have together, about. Default 10 000. */
  readonly anonymousHandleLimit?: number;
}

export const STORE_DEFAULTS: Required<StoreOptions> = {
  sessionTtlMs: 24 * 60 * 60 * 1000,
  streamRetentionMs: 10 * 60 * 1000,
  streamIdleMs: 60 * 60 * 1000,
  streamEventLimit: 10_000,
  streamByteLimit: 4 * 1024 * 1024,
  standingRetentionMs: 5 * 60 * 1000,
  standingLimit: 1000,
  subscriptionLimit: 1000,
  stateByteLimit: 64 * 1024,
  handleLimit: 1000,
  anonymousHandleLimit: 10_000,
};
