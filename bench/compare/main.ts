/**
 * anypod beside other servers, on one machine in one run: prints tables and which promises hold, and writes `peers.json`, `peers.svg` and
 * `peers.txt`. A run of fewer than five rounds, or of a part, is a trial, and leaves the results in the repository alone.
 *
 *   node bench/compare/main.ts [--rounds 5] [--seconds 2] [--study <name>,…] [--only <part of a name>] [--results <folder>]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBenchRedis } from '../redis.ts';
import { summarize } from '../report.ts';
import { pinLoad, runRounds } from '../rounds.ts';
import { chart } from './chart.ts';
import { judge } from './judge.ts';
import type { Comparison, Measured } from './measured.ts';
import { missingToolchains } from './peers.ts';
import { setting } from './setting.ts';
import { studies } from './studies.ts';
import { TARGETS } from './targets.ts';
import { textOf } from './text.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    study: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    results: { type: 'string' },
  },
});
const length = { rounds: Number(options.rounds), milliseconds: Number(options.seconds) * 1000 };
const trial = length.rounds < 5 || options.study !== '' || options.only !== '';
const results = options.results ?? join(import.meta.dirname, trial ? '../../test-results/bench-peers' : '../results');

const missing = missingToolchains();
const all = studies(missing);
const names = options.study === '' ? all.map(({ name }) => name) : options.study.split(',');
const chosen = names.map((name) => {
  const study = all.find((each) => each.name === name);
  if (study === undefined)
    throw new Error(`There is no study ${name}; there are ${all.map((each) => each.name).join(', ')}.`);
  return study;
});
const about = { date: new Date().toISOString(), setting: setting(missing) };
pinLoad();

const measured: Measured[] = [];
mkdirSync(results, { recursive: true });

/** After each study, so that a run that is broken off leaves what it found. */
function write(): string {
  const verdicts = judge(
    measured.map(({ rows }) => rows),
    TARGETS,
  );
  const comparison: Comparison = { ...about, ...length, missing, verdicts, studies: measured };
  writeFileSync(join(results, 'peers.json'), `${JSON.stringify(comparison, null, 2)}\n`);
  writeFileSync(join(results, 'peers.svg'), chart(measured));
  writeFileSync(join(results, 'peers.txt'), textOf(comparison));
  return textOf(comparison);
}

// Signals end the run as errors do, and with it the servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

let text = '';
// Inherits this process's core.
const redis = await startBenchRedis();
try {
  for (const { name, title, subjects } of chosen) {
    const kept = subjects.filter((subject, index) => index === 0 || subject.name.includes(options.only));
    measured.push({ name, title, rows: summarize(await runRounds(kept, redis, length)) });
    text = write();
  }
} finally {
  await redis.stop();
}
console.log(text);
console.log(`Written to ${results}`);
