/**
 * Runs every step of `make test`, each a make target, and counts the tests: one for a check, and the number in the vitest report if the target leaves
 * one. A failed step does not stop the others. Also writes the count to `test-results/tally`.
 *
 * Three steps run at once, since most tests wait rather than compute: one that computes, at a lower priority, and two that wait, most of them with several
 * files at once (`vitest.config.ts`). The output of a step is printed when the step has ended.
 *
 * `--only` runs a part: names of steps, and test files (`make test ONLY=cluster,lint`).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readOnly } from './only.ts';

interface Step {
  readonly target: string;
  /** The vitest project whose report has the number of tests. */
  readonly project?: string;
  /** After this time the step is stopped and counts as failed. It is far above what the step takes, so that a busy machine does not fail it. */
  readonly minutes: number;
  /** The value of `nice`, where it is not that of the lane. */
  readonly priority?: number;
  /** Variables of make. */
  readonly variables?: readonly string[];
}

interface Outcome {
  readonly target: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

/**
 * Values of `nice`. A step gets a third of what a step of the next higher priority gets beside it. Chaos comes first, because its pods hold short leases:
 * a pod that gets no processor for a whole lease is taken for dead.
 */
const [FIRST, NORMAL, LOWER] = [0, 5, 10];

/** Steps that compute, so they run at a lower priority. */
const COMPUTING: readonly Step[] = [
  { target: 'lint', minutes: 10 },
  { target: 'types', minutes: 10 },
  { target: 'unused', minutes: 5 },
  { target: 'package', minutes: 5 },
  { target: 'generated', minutes: 5 },
  { target: 'test-unit', project: 'unit', minutes: 10 },
  { target: 'test-chart', project: 'chart', minutes: 15 },
  { target: 'test-clients', minutes: 10 },
  { target: 'test-repo', project: 'repo', minutes: 20 },
];

/** Steps that start processes and wait for them. The longest come first, so that the lanes end together. */
const WAITING: readonly Step[] = [
  { target: 'test-chaos', project: 'chaos', minutes: 20, priority: FIRST },
  { target: 'test-service', project: 'service', minutes: 20 },
  { target: 'test-cluster', project: 'cluster', minutes: 20 },
  { target: 'test-faults', project: 'faults', minutes: 20 },
  { target: 'test-contract', project: 'contract', minutes: 20 },
  { target: 'test-hostile', project: 'hostile', minutes: 20 },
  { target: 'test-conformance', project: 'conformance', minutes: 10 },
];

/** With these, two cores are hardly ever idle. */
const WAITING_LANES = 2;

const root = join(import.meta.dirname, '..');
const results = join(root, 'test-results');

/** Runs `make <target>` in its own process group, so that a step that hangs is stopped together with its pods. */
function make(
  { target, minutes, variables = [] }: Step,
  priority: number,
): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('nice', ['-n', `${priority}`, 'make', '--no-print-directory', target, ...variables], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const timer = setTimeout(() => {
      output += `${target}: not done after ${minutes} minutes, ended\n`;
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    }, minutes * 60_000);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ succeeded: code === 0, output });
    });
  });
}

function count(report: string, succeeded: boolean): Pick<Outcome, 'passed' | 'failed'> {
  if (!existsSync(report)) return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
  const failed = numFailedTests ?? 0;
  // A file that cannot be loaded fails the run without a failed test.
  return { passed: numPassedTests ?? 0, failed: succeeded ? failed : Math.max(1, failed) };
}

async function run(step: Step, priority: number): Promise<Outcome> {
  const report = join(results, `${step.project ?? step.target}.json`);
  rmSync(report, { force: true });
  console.log(`… make ${step.target}`);
  const started = performance.now();
  const { succeeded, output } = await make(step, priority);
  const outcome = { target: step.target, ...count(report, succeeded), seconds: (performance.now() - started) / 1000 };
  console.log(`\n── make ${step.target}\n${output.trimEnd()}\n${summary(outcome)}`);
  return outcome;
}

/** Takes steps from `steps`, one after the other, until none is left. */
async function runAll(steps: Step[], priority: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    outcomes.push(await run(step, step.priority ?? priority));
  }
  return outcomes;
}

function summary({ target, passed, failed, seconds }: Outcome): string {
  return `${failed > 0 ? '✗' : '✓'} ${target.padEnd(18)} ${passed} passed, ${failed} failed (${seconds.toFixed(0)} s)`;
}

/** The steps of both kinds, or those that `--only` names. */
function chosenSteps(): [computing: Step[], waiting: Step[]] {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
  const only = readOnly(
    values.only,
    [...COMPUTING, ...WAITING].map(({ target }) => target),
  );
  if (only === undefined) return [[...COMPUTING], [...WAITING]];
  const named = ({ target }: Step) => only.steps.includes(target);
  const files = { target: 'test-files', project: 'files', minutes: 30, variables: [`FILES=${only.files.join(' ')}`] };
  return [COMPUTING.filter(named), [...(only.files.length > 0 ? [files] : []), ...WAITING.filter(named)]];
}

mkdirSync(results, { recursive: true });
const [computing, waiting] = chosenSteps();
const lanes = [runAll(computing, LOWER), ...Array.from({ length: WAITING_LANES }, () => runAll(waiting, NORMAL))];
const outcomes = (await Promise.all(lanes)).flat();

console.log();
for (const outcome of outcomes) console.log(summary(outcome));
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
const tally = `${passed} passed, ${failed} failed`;
writeFileSync(join(results, 'tally'), `${tally}\n`);
console.log(`\n${tally}`);
process.exitCode = failed > 0 ? 1 : 0;
