/**
 * CPU time and requests per second of one server process on one core; Redis and the load on the other. The servers of a suite run at
 * once and are measured in turn, round after round, so that a slow spell of the machine hits all alike.
 *
 *   node bench/main.ts [--suite call] [--rounds 5] [--seconds 1] [--only <part of a name>] [--json]
 *
 * Suites: `call` (`tools/call` of `echo`), `factory` (schemas made for each server), `mixed` (several tools and sizes),
 * `list` (`tools/list` of 20 tools), `open` (new sessions), or `all`.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, platform } from 'node:os';
import { parseArgs } from 'node:util';
import { startRedis } from '../test/lib/redis-server.ts';
import { type Bench, type Sample, startBench } from './measure.ts';
import { type Row, summarize, table } from './report.ts';
import { BARE, SUITES, type Subject } from './subjects.ts';

const LOAD_CORE = '1';
const WARM_UP_MS = 2000;

const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', default: 'call' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
if (platform() !== 'linux' || availableParallelism() < 2)
  throw new Error('The bench pins processes: it needs Linux and two cores.');
const milliseconds = Number(options.seconds) * 1000;
const names = options.suite === 'all' ? Object.keys(SUITES) : [options.suite];
const progress = (text: string) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`));

execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', LOAD_CORE, `${process.pid}`], { stdio: 'ignore' });
// One listener for each server.
process.setMaxListeners(50);

async function runSuite(subjects: readonly Subject[], redisUrl: string): Promise<Row[]> {
  const running: { bench: Bench; samples: Sample[] }[] = [];
  try {
    for (const subject of subjects) {
      progress(`starting ${subject.name}, ${subject.tools} tools`);
      running.push({ bench: await startBench(subject, redisUrl, WARM_UP_MS), samples: [] });
    }
    for (let round = 1; round <= Number(options.rounds); round += 1) {
      for (const { bench, samples } of running) {
        progress(`round ${round}: ${bench.subject.name}, ${bench.subject.tools} tools`);
        samples.push(await bench.measure(milliseconds));
      }
    }
  } finally {
    progress('');
    await Promise.all(running.map(({ bench }) => bench.stop()));
  }
  return summarize(running.map(({ bench, samples }) => ({ subject: bench.subject, samples })));
}

// Inherits this process's core.
const redis = await startRedis();
const suites: Record<string, Row[]> = {};
try {
  for (const name of names) {
    const subjects = SUITES[name];
    if (subjects === undefined)
      throw new Error(`There is no suite ${name}; there are ${Object.keys(SUITES).join(', ')}.`);
    const chosen = subjects.filter((subject) => `${subject.name} ${subject.era}`.includes(options.only));
    suites[name] = await runSuite([BARE, ...chosen], redis.url);
  }
} finally {
  await redis.stop();
}

if (options.json) {
  console.log(JSON.stringify({ node: process.version, rounds: Number(options.rounds), milliseconds, suites }, null, 2));
} else {
  console.log(`Node ${process.version}, one core for the server, medians of ${options.rounds} rounds`);
  for (const [name, rows] of Object.entries(suites)) console.log(`\n${name}\n\n${table(rows)}`);
}
