/**
 * What a call costs now, and what it cost at an older commit: in turn in one run, beside the bare echo and the user's server alone (for streams SDK v1's).
 *
 *   node bench/older.ts [<commit>] [--rounds 5] [--seconds 1] [--only <part of a path>] [--tools 1]
 *
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
import { median } from './median.ts';
import { startBenchRedis } from './redis.ts';
import { pinLoad, type Result, runRounds } from './rounds.ts';
import type { Command } from './subject.ts';
import { floorOf, subject } from './suites.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
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

const microsOf = ({ samples }: Result) => samples.map(({ cpuMicros }) => cpuMicros);

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
    const subjects = kinds.map((kind) => subject(kind, work, Number(options.tools)));
    const results = await runRounds([floorOf(work), ...subjects], redis, length);
    const [bare = [], , then = []] = results.map(microsOf);
    console.log(path);
    for (const result of results) {
      const micros = microsOf(result);
      const ratios = `${ratio(micros, bare)} × bare, ${ratio(micros, then)} × ${older.commit}`;
      console.log(`  ${result.subject.name.padEnd(36)} ${median(micros).toFixed(1)} µs of CPU, ${ratios}`);
    }
  }
} finally {
  await redis.stop();
  await older.remove();
}
