import type { StreamKey } from './event-log.ts';

/**
 * The logs that each pod writes, so that other pods find them when the pod dies. Entries are kept per pod, which may be in another slot than the logs: an
 * entry is added before a log begins or is taken over, and removed after the log has ended (`EventLog` does so). A pod that reads an entry asks the log
 * itself.
 */
export interface Ownership {
  add(pod: string, key: StreamKey): Promise<void>;
  remove(pod: string, key: StreamKey): Promise<void>;
  /** May be empty. May name logs that have ended or are gone. */
  of(pod: string): Promise<readonly StreamKey[]>;
}
