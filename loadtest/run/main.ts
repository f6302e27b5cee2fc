/**
 * Runs the load tests on this machine and writes what was found.
 *
 *   node loadtest/run/main.ts [--profile smoke|load|stress|soak] [--only <study>,…] [--match <pattern>] [--results <folder>] [--beside <findings.json>]…
 *
 * `--beside`: an earlier run to draw beside this one; as often as there are any. With `--only none` nothing runs, and the pages are of them alone.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { profileNamed } from '../lib/profiles.ts';
import { page } from './charts.ts';
import type { Finding, Study } from './finding.ts';
import { brokenPromises } from './finding.ts';
import { requireK6 } from './k6.ts';
import { machine } from './machine.ts';
import { LOAD_CORE, pin } from './pin.ts';
import { fileNameOf, type Run, readRun } from './runs.ts';
import { growthTable } from './scale/growth-table.ts';
import { chooseStudies, needsK6 } from './studies.ts';
import { table } from './table.ts';

const { values: options } = parseArgs({
  options: {
    profile: { type: 'string', default: 'smoke' },
    only: { type: 'string', default: '' },
    results: { type: 'string', default: join(import.meta.dirname, '../../test-results/loadtest') },
    match: { type: 'string', default: '' },
    beside: { type: 'string', multiple: true, default: [] },
  },
});
const { profile, results } = options;
const match = new RegExp(options.match);

/** What a study found; where it could not run to its end, a finding that says so, and the others go on. */
async function findingsOf(name: string, study: Study): Promise<readonly Finding[]> {
  const began = performance.now();
  console.log(`\n${name} …`);
  try {
    return await study({ profile, results, match });
  } catch (error) {
    console.error(error);
    const sentence = `The study runs: ${error instanceof Error ? error.message : String(error)}`;
    return [{ study: name, subject: 'did not run to its end', values: {}, promises: [{ sentence, held: false }] }];
  } finally {
    console.log(`${name}: ${Math.round((performance.now() - began) / 1000)} s`);
  }
}

/** Runs what was chosen, and writes after each study, so that a run that is ended keeps what it has. */
async function measure(earlier: readonly Run[]): Promise<Run> {
  const studies = chooseStudies(options.only, profile);
  if (needsK6(studies)) requireK6();
  // Each process that a study starts ends with this one.
  process.setMaxListeners(100);
  pin(process.pid, LOAD_CORE);
  const run = { date: new Date().toISOString(), profile, machine: machine(), findings: [] as Finding[] };
  for (const [name, study] of studies) {
    run.findings.push(...(await findingsOf(name, study)));
    write(run, earlier);
  }
  return run;
}

function write(run: Run, earlier: readonly Run[]): void {
  // The newest, and one that the next run does not write over.
  for (const name of ['findings.json', fileNameOf(run)]) {
    writeFileSync(join(results, name), `${JSON.stringify(run, null, 2)}\n`);
  }
  writePages([...earlier, run]);
}

function writePages(runs: readonly Run[]): void {
  writeFileSync(join(results, 'findings.html'), page(runs));
  const growth = growthTable(runs.flatMap(({ findings }) => findings));
  if (growth !== undefined) writeFileSync(join(results, 'growth.md'), growth);
}

profileNamed(profile);
const earlier = options.beside.map(readRun);
mkdirSync(results, { recursive: true });
if (options.only === 'none') {
  writePages(earlier);
} else {
  const run = await measure(earlier);
  console.log(`\n${table(run.findings)}`);
  const broken = brokenPromises(run.findings);
  console.log(
    broken.length === 0
      ? '\nEvery promise held.'
      : `\nPromises that did not hold in this run:\n  ${broken.join('\n  ')}`,
  );
  process.exitCode = broken.length === 0 ? 0 : 1;
}
