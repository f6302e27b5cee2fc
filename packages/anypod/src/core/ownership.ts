import type { StreamKey } from './event-log.ts';

/**
 * Which logs a pod writes, so that whoever finds the pod dead finds them. Kept per pod, so in another slot than the logs: a pod is added
 * before a log is opened or taken over and removed after it ended, and whoever reads an entry asks the log itself.
 */
export interface Ownership {
  add(pod: string, key: StreamKey): Promise<void>;
  remove(pod: string, key: StreamKey): Promise<void>;
  /** May be empty, and may name logs that are done or gone. */
  of(pod: string): Promise<readonly StreamKey[]>;
}
