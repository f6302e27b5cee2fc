import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What this process uses once garbage is gone. Bytes. */
export interface Memory {
  /** Objects and buffers. */
  readonly live: number;
  /** All of the process. */
  readonly resident: number;
}

/** Collects garbage and reads. */
export function readMemory(): Memory {
  collect();
  // What the first one finalised goes with the second.
  collect();
  const { heapUsed, external, rss } = memoryUsage();
  return { live: heapUsed + external, resident: rss };
}
