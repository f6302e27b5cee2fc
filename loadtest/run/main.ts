/**
 * Runs the load tests on this machine and writes what was found.
 *
 *   node loadtest/run/main.ts [--profile smoke|load|stress|soak] [--only <study>,…] [--results <folder>]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { page } from './charts.ts';
import { concurrency } from './concurrency.ts';
import { elicitation } from './elicitation.ts';
import type { Finding, Study } from './finding.ts';
import { linear } from './linear.ts';
import { machine } from './machine.ts';
import { oldTransport } from './old-transport.ts';
import { overhead } from './overhead.ts';
import { LOAD_CORE, pin } from './pin.ts';
import { resume } from './resume.ts';
import { sessions } from './sessions.ts';
import { soak } from './soak.ts';
import { streams } from './streams.ts';
import { table } from './table.ts';

const STUDIES: Readonly<Record<string, Study>> = {
  overhead,
  concurrency,
  sessions,
  streams,
  resume,
  'old-transport': oldTransport,
  linear,
  elicitation,
  soak,
};

const { values: options } = parseArgs({
  options: {
    profile: { type: 'string', default: 'smoke' },
    only: { type: 'string', default: '' },
    results: { type: 'string', default: join(import.meta.dirname, '../../test-results/loadtest') },
  },
});
// An hour of soaking shows nothing else, and is asked for by its profile.
const usual = Object.keys(STUDIES).filter((name) => (name === 'soak') === (options.profile === 'soak'));
const names = options.only === '' ? usual : options.only.split(',');
const chosen = names.map((name) => {
  const study = STUDIES[name];
  if (study === undefined) throw new Error(`--only ${name}: there are ${Object.keys(STUDIES).join(', ')}.`);
  return study;
});
try {
  execFileSync('k6', ['version'], { stdio: 'ignore' });
} catch {
  throw new Error(
    'k6 is not on PATH: `make k6` builds it with Go, or see https://grafana.com/docs/k6/latest/set-up/install-k6/',
  );
}
mkdirSync(options.results, { recursive: true });
pin(process.pid, LOAD_CORE);

const findings: Finding[] = [];
for (const study of chosen) findings.push(...(await study({ profile: options.profile, results: options.results })));

const run = { date: new Date().toISOString(), profile: options.profile, machine: machine(), findings };
writeFileSync(join(options.results, 'findings.json'), `${JSON.stringify(run, null, 2)}\n`);
writeFileSync(join(options.results, 'findings.html'), page([run]));
console.log(table(findings));
const broken = findings.flatMap(({ subject, promises }) =>
  promises.filter(({ held }) => !held).map(({ sentence }) => `${subject}: ${sentence}`),
);
console.log(
  broken.length === 0 ? '\nEvery promise held.' : `\nPromises that did not hold in this run:\n  ${broken.join('\n  ')}`,
);
process.exitCode = broken.length === 0 ? 0 : 1;
