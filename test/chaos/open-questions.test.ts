import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENDINGS, runOpenQuestions } from './open-questions.ts';
import { keepLogs, reportLine } from './report.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: { ANYPOD_DRAIN_TIMEOUT: '3000' } });
});
afterAll(() => stage?.stop());

// `make chaos` also answers while the pod drains.
const SHORT = ENDINGS.filter(({ ask }) => ask !== undefined);

test.each(SHORT.map((ending) => [ending.how, ending] as const))(
  '%s: parked calls and questions of sessions end as they should, and the load notices nothing [modern.push.lost] [modern.push.reruns] [modern.push.drain] [legacy.rounds.lost] [pod.lost.rerun] [pod.lost.honest-end]',
  async (_how, ending) => {
    const outcome = await runOpenQuestions(stage, ending);
    console.log(reportLine(outcome));
    if (outcome.violations.length > 0) await keepLogs(stage, outcome.name);
    expect(outcome.violations).toEqual([]);
  },
);
