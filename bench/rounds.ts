import { execFileSync } from 'node:child_process';
import { availableParallelism, platform } from 'node:os';
import { type Bench, type Memory, type Sample, startBench } from './measure.ts';
import type { BenchRedis } from './redis.ts';
import type { Subject } from './subject.ts';

const LOAD_CORE = '1';

/** How long a run takes. */
export interface Length {
  readonly rounds: number;
  /** Of each subject in each round. */
  readonly milliseconds: number;
}

/** What all rounds of one subject gave. */
export interface Result {
  readonly subject: Subject;
  readonly samples: readonly Sample[];
  readonly memory: Memory;
}

/** Moves this process, and with it the load and what it starts, off the servers' core. @throws where processes cannot be pinned. */
export function pinLoad(): void {
  if (platform() !== 'linux' || availableParallelism() < 2)
    throw new Error('The bench pins processes: it needs Linux and two cores.');
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', LOAD_CORE, `${process.pid}`], { stdio: 'ignore' });
  // One listener for each server.
  process.setMaxListeners(100);
}

/** Runs the subjects at once and measures them in turn, round after round, so that a slow spell of the machine hits all alike. */
export async function runRounds(
  subjects: readonly Subject[],
  redis: BenchRedis,
  { rounds, milliseconds }: Length,
): Promise<Result[]> {
  const running: { bench: Bench; samples: Sample[] }[] = [];
  try {
    for (const subject of subjects) {
      progress(`starting ${labelOf(subject)}`);
      running.push({ bench: await startBench(subject, redis), samples: [] });
    }
    for (let round = 1; round <= rounds; round += 1) {
      // Nobody is always measured after the same neighbour.
      for (const { bench, samples } of round % 2 === 0 ? running.toReversed() : running) {
        progress(`round ${round}: ${labelOf(bench.subject)}`);
        samples.push(await bench.measure(milliseconds));
      }
    }
    const results: Result[] = [];
    for (const { bench, samples } of running) {
      progress(`memory: ${labelOf(bench.subject)}`);
      results.push({ subject: bench.subject, samples, memory: await bench.memory() });
    }
    return results;
  } finally {
    progress('');
    await Promise.all(running.map(({ bench }) => bench.stop()));
  }
}

const labelOf = ({ name, tools, schemas }: Subject) => `${name}, ${tools} tools, ${schemas}`;

const progress = (text: string) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`));
