import type { RequestId } from '../core/json/json-rpc.ts';
import {
  type ClientNotification,
  NO_CHANGES,
  type RegistryChanges,
  type SessionRecord,
} from '../core/session/session.ts';
import type { EntryTable } from '../core/state/entry-table.ts';
import type { Connection, StreamEvent } from '../core/store/event-log.ts';
import type { Delivered } from '../core/store/standing-log.ts';
import type { Clock } from './expiring-map.ts';
import { createExpiringMap, type ExpiringMap } from './expiring-map.ts';
import { createPositionedLog, type PositionedLog } from './positioned-log.ts';

/** The log of one exchange. */
export interface StreamState {
  readonly requests: string;
  owner: string;
  /** The previous owner. Undefined: the log was never taken over. */
  takenFrom?: string;
  epoch: number;
  /** The newest seq; 0: none yet. */
  last: number;
  /** The newest seq that was removed; 0: none was. */
  trimmed: number;
  /** The events that are kept. */
  readonly events: StreamEvent[];
  /** The size of the events that are kept. */
  bytes: number;
  follower?: Connection;
  done: boolean;
}

/** A question and, once given, its answer. */
export interface QuestionState {
  readonly owner: string;
  answer?: string;
}

/** Everything that belongs to one session and ends with it. */
export interface SessionState {
  record: SessionRecord;
  readonly pods: Set<string>;
  readonly subscriptions: Set<string>;
  readonly questions: Map<string, QuestionState>;
  readonly streams: ExpiringMap<StreamState>;
  readonly standing: PositionedLog<string>;
  /** The time until which each request counts as cancelled. */
  readonly cancelled: Map<RequestId, number>;
  registry: RegistryChanges;
  /** What the server keeps. Undefined: nothing so far. */
  state?: EntryTable;
  /** The last notification of each kind, oldest first. */
  notifications: readonly ClientNotification[];
  /** The number of the newest notification. */
  lastNotification: number;
  logLevel?: string;
  holder?: Connection;
  /** How far connections of the standing stream got. */
  delivered: Delivered;
  /** How many connections were replaced in a row, and when the last one was. */
  replaced: { readonly count: number; readonly at: number };
}

export type Sessions = ExpiringMap<SessionState>;

export function createSessionState(
  record: SessionRecord,
  changes: string,
  clock: Clock,
  limit: number,
  keepMs: number,
): SessionState {
  return {
    record,
    pods: new Set(),
    subscriptions: new Set(),
    questions: new Map(),
    streams: createExpiringMap(clock),
    standing: createPositionedLog(clock, limit, keepMs),
    cancelled: new Map(),
    registry: NO_CHANGES,
    notifications: [],
    lastNotification: 0,
    delivered: { position: '0-0', changes },
    replaced: { count: 0, at: Number.NEGATIVE_INFINITY },
  };
}

export function sameConnection(a: Connection | undefined, b: Connection): boolean {
  return a?.pod === b.pod && a.connection === b.connection;
}
