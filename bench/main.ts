/**
 * CPU time and requests per second of one server process on one core; Redis and the load on the other. The servers of a suite run at
 * once and are measured in turn, round after round, so that a slow spell of the machine hits all alike.
 *
 *   node bench/main.ts [--suite call] [--rounds 5] [--seconds 1] [--only <part of a name>] [--json]
 *
 * Suites: `call` (`tools/call` of `echo`), `factory` (schemas made for each server), `mixed` (several tools and sizes), `held-out` (others: large
 * results, many scripts, errors), `progress` (answers that are event streams), `list` (`tools/list` of 20 tools), `open` (new sessions), or `all`.
 */
import { parseArgs } from 'node:util';
import { startBenchRedis } from './redis.ts';
import { type Row, summarize, table } from './report.ts';
import { pinLoad, runRounds } from './rounds.ts';
import type { Subject } from './subject.ts';
import { floorOf, SUITES } from './suites.ts';

const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', default: 'call' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const length = { rounds: Number(options.rounds), milliseconds: Number(options.seconds) * 1000 };
const names = options.suite === 'all' ? Object.keys(SUITES) : [options.suite];
pinLoad();

// Inherits this process's core.
const redis = await startBenchRedis();
const suites: Record<string, Row[]> = {};
try {
  for (const name of names) {
    const subjects = (SUITES as Record<string, readonly Subject[]>)[name];
    if (subjects === undefined)
      throw new Error(`There is no suite ${name}; there are ${Object.keys(SUITES).join(', ')}.`);
    const chosen = subjects.filter((subject) => `${subject.name} ${subject.era}`.includes(options.only));
    const floor = floorOf(subjects[0]?.work ?? 'call');
    suites[name] = summarize(await runRounds([floor, ...chosen], redis, length));
  }
} finally {
  await redis.stop();
}

if (options.json) {
  console.log(JSON.stringify({ node: process.version, ...length, suites }, null, 2));
} else {
  console.log(`Node ${process.version}, one core for the server, medians of ${options.rounds} rounds`);
  for (const [name, rows] of Object.entries(suites)) console.log(`\n${name}\n\n${table(rows)}`);
}
