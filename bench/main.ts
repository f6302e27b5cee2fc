/**
 * CPU time and requests per second of `tools/call`, one server process on one core; Redis and the load on the other. All
 * servers run at once and are measured in turn, round after round, so that a slow spell of the machine hits all alike.
 *
 *   node bench/main.ts [--rounds 5] [--seconds 1] [--only <part of a name>] [--json]
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, platform } from 'node:os';
import { parseArgs } from 'node:util';
import { startRedis } from '../test/lib/redis-server.ts';
import { type Bench, type Sample, startBench } from './measure.ts';
import { summarize, table } from './report.ts';
import { SUBJECTS } from './subjects.ts';

const LOAD_CORE = '1';
const WARM_UP_MS = 2000;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
if (platform() !== 'linux' || availableParallelism() < 2)
  throw new Error('The bench pins processes: it needs Linux and two cores.');
const milliseconds = Number(options.seconds) * 1000;
const [bare, ...others] = SUBJECTS;
if (!bare) throw new Error('no subject');
const subjects = [bare, ...others.filter((subject) => `${subject.name} ${subject.era}`.includes(options.only))];
const progress = (text: string) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`));

execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', LOAD_CORE, `${process.pid}`], { stdio: 'ignore' });
// Inherits this process's core.
const redis = await startRedis();
const running: { bench: Bench; samples: Sample[] }[] = [];
try {
  for (const subject of subjects) {
    progress(`starting ${subject.name}, ${subject.tools} tools`);
    running.push({ bench: await startBench(subject, redis.url, WARM_UP_MS), samples: [] });
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
  await redis.stop();
}

const rows = summarize(running.map(({ bench, samples }) => ({ subject: bench.subject, samples })));
if (options.json) {
  console.log(JSON.stringify({ node: process.version, rounds: Number(options.rounds), milliseconds, rows }, null, 2));
} else {
  console.log(
    `Node ${process.version}, one core for the server, medians of ${options.rounds} rounds\n\n${table(rows)}`,
  );
}
