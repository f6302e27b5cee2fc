/**
 * The chaos at full length: every scenario several times, then pods of two versions under load, old to new and back. The first argument
 * names the older revision (default `HEAD~1`). Exits with 1 where a promise was broken.
 */
import { checkOut } from '../lib/check-out.ts';
import { ENDINGS, runOpenQuestions } from './open-questions.ts';
import { keepLogs, reportHead, reportLine } from './report.ts';
import { type Outcome, type RunOptions, runScenario } from './run-scenario.ts';
import { rollout, SCENARIOS, type Scenario } from './scenarios.ts';
import { type Stage, startStage } from './stage.ts';

const ROUNDS = 5;

const started = Date.now();
let broken = 0;

async function report(stage: Stage, scenario: Scenario, options: RunOptions): Promise<void> {
  await tell(stage, await runScenario(stage, scenario, options));
}

async function tell(stage: Stage, outcome: Outcome): Promise<void> {
  console.log(reportLine(outcome));
  for (const violation of outcome.violations) console.log(`  BROKEN ${violation}`);
  if (outcome.violations.length > 0) await keepLogs(stage, outcome.name);
  broken += outcome.violations.length;
}

console.log(reportHead());
const stage = await startStage();
for (const scenario of SCENARIOS) await report(stage, scenario, { repeat: ROUNDS });
for (const ending of ENDINGS) await tell(stage, await runOpenQuestions(stage, ending, ROUNDS));
await stage.stop();

const older = await checkOut(process.argv[2] ?? 'HEAD~1');
const mixed = await startStage({ checkout: older.path });
await report(mixed, rollout(`from ${older.commit} to this version`), {});
await report(mixed, rollout(`and back to ${older.commit}`, older.path), {});
await mixed.stop();
await older.remove();

console.log(`${Math.round((Date.now() - started) / 1000)} s: ${broken} promises broken`);
process.exit(broken === 0 ? 0 : 1);
