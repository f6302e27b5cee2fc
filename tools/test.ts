/**
 * Runs every step of `make test`, a make target each, and counts: one for a check, the tests themselves where the target
 * leaves a vitest report. A failed step does not stop the others. The count goes to `test-results/tally` too.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Step {
  readonly target: string;
  /** The vitest project whose report tells the count. */
  readonly project?: string;
  /** After this the step is ended and counts as failed. */
  readonly minutes: number;
}

interface Outcome {
  readonly target: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

const STEPS: readonly Step[] = [
  { target: 'lint', minutes: 2 },
  { target: 'types', minutes: 2 },
  { target: 'unused', minutes: 2 },
  { target: 'package', minutes: 1 },
  { target: 'generated', minutes: 1 },
  { target: 'test-unit', project: 'unit', minutes: 3 },
  { target: 'test-contract', project: 'contract', minutes: 9 },
  { target: 'test-cluster', project: 'cluster', minutes: 14 },
  { target: 'test-conformance', project: 'conformance', minutes: 6 },
  { target: 'test-chaos', project: 'chaos', minutes: 12 },
  { target: 'test-chart', project: 'chart', minutes: 6 },
  { target: 'clients', minutes: 3 },
  { target: 'test-repo', project: 'repo', minutes: 4 },
];

const root = join(import.meta.dirname, '..');
const results = join(root, 'test-results');

/** Runs `make <target>` in a process group of its own, so that a step that hangs takes its pods with it. */
function make({ target, minutes }: Step): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('make', ['--no-print-directory', target], { cwd: root, stdio: 'inherit', detached: true });
    const timer = setTimeout(() => {
      console.error(`${target}: not done after ${minutes} minutes, ended`);
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    }, minutes * 60_000);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
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

async function run(step: Step): Promise<Outcome> {
  const report = join(results, `${step.project ?? step.target}.json`);
  rmSync(report, { force: true });
  console.log(`\n── make ${step.target}`);
  const started = performance.now();
  const succeeded = await make(step);
  return { target: step.target, ...count(report, succeeded), seconds: (performance.now() - started) / 1000 };
}

mkdirSync(results, { recursive: true });
const outcomes: Outcome[] = [];
for (const step of STEPS) outcomes.push(await run(step));

console.log();
for (const { target, passed, failed, seconds } of outcomes) {
  console.log(
    `${failed > 0 ? '✗' : '✓'} ${target.padEnd(18)} ${passed} passed, ${failed} failed (${seconds.toFixed(0)} s)`,
  );
}
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
const tally = `${passed} passed, ${failed} failed`;
writeFileSync(join(results, 'tally'), `${tally}\n`);
console.log(`\n${tally}`);
process.exitCode = failed > 0 ? 1 : 0;
