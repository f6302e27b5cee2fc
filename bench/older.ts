/**
 * What a call costs now, and what it cost at an older commit: in turn in one run, beside the bare echo and the user's server alone (for streams SDK v1's).
 *
 *   node bench/older.ts [<commit>] [--starts 5] [--rounds 7] [--seconds 0.5] [--only <part of a path>] [--tools 1]
 *
 * The processes are started anew several times, because two of the same program differ by some percent for as long as they live.
 * Paths: `reuse`, `modern` (a server per call), `session`, `stream`. The commit is `HEAD~1` unless you name one.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkOut } from '../test/lib/check-out.ts';
import {
  ANYPOD,
  type Kind,
  MODERN,
  REDIS,
  REUSING,
  SDK_ALONE,
  SDK_ALONE_MODERN,
  SDK_ALONE_REUSED,
  SDK_V1_SSE,
} from './kinds.ts';
import { leastTenth, median } from './median.ts';
import { type BenchRedis, startBenchRedis } from './redis.ts';
import { pinLoad, runRounds } from './rounds.ts';
import type { Command, Subject } from './subject.ts';
import { floorOf, subject } from './suites.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    starts: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '0.5' },
    only: { type: 'string', default: '' },
    tools: { type: 'string', default: '1' },
  },
});
const length = { rounds: Number(options.rounds), milliseconds: Number(options.seconds) * 1000 };

const PATHS: Readonly<Record<string, readonly [ours: Kind, beside: Kind]>> = {
  reuse: [REUSING, SDK_ALONE_REUSED],
  modern: [MODERN, SDK_ALONE_MODERN],
  session: [REDIS, SDK_ALONE],
  stream: [REDIS, SDK_V1_SSE],
};

/** The same server, run by the anypod of another checkout. */
function runBy(checkout: string, name: string, kind: Kind): Kind {
  const program = join(checkout, 'packages/anypod/bin/anypod.js');
  const command = (...where: Parameters<Command>) =>
    kind.command(...where).map((part) => (part === ANYPOD ? program : part)) as unknown as ReturnType<Command>;
  return { ...kind, name, command };
}

/** µs of CPU per request of each subject, of all rounds of all starts. */
async function microsOf(subjects: readonly Subject[], redis: BenchRedis): Promise<number[][]> {
  const micros: number[][] = subjects.map(() => []);
  for (let left = Number(options.starts); left > 0; left -= 1) {
    const results = await runRounds(subjects, redis, length);
    for (const [index, { samples }] of results.entries())
      micros[index]?.push(...samples.map(({ cpuMicros }) => cpuMicros));
  }
  return micros;
}

/** Of each round, and of these the one in the middle. */
function ratio(micros: readonly number[], others: readonly number[]): string {
  return median(micros.map((each, round) => each / (others[round] ?? Number.NaN))).toFixed(2);
}

pinLoad();
const older = await checkOut(positionals[0] ?? 'HEAD~1');
const redis = await startBenchRedis();
try {
  for (const [path, [ours, beside]] of Object.entries(PATHS).filter(([name]) => name.includes(options.only))) {
    const work = path === 'stream' ? 'progress' : 'call';
    const kinds = [ours, runBy(older.path, older.commit, ours), beside];
    const subjects = [floorOf(work), ...kinds.map((kind) => subject(kind, work, Number(options.tools)))];
    const all = await microsOf(subjects, redis);
    const [bare = [], , then = []] = all;
    console.log(path);
    for (const [index, micros] of all.entries()) {
      const [leastBare, leastThen] = [leastTenth(micros) / leastTenth(bare), leastTenth(micros) / leastTenth(then)].map(
        (n) => n.toFixed(2),
      );
      const ratios = `${ratio(micros, bare)} × bare, ${ratio(micros, then)} × ${older.commit}`;
      const undisturbed = `least ${leastTenth(micros).toFixed(1)} µs, ${leastBare} × bare, ${leastThen} × ${older.commit}`;
      console.log(
        `  ${subjects[index]?.name.padEnd(34)} ${median(micros).toFixed(1)} µs of CPU, ${ratios}; ${undisturbed}`,
      );
    }
  }
} finally {
  await redis.stop();
  await older.remove();
}
