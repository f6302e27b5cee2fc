import { join } from 'node:path';
import type { Study } from './finding.ts';
import { runK6 } from './k6.ts';
import { startStack } from './stack.ts';

const QUESTIONS = 3;

/** Conversations whose every step lands on another pod. */
export const elicitation: Study = async ({ profile, results }) => {
  const stack = await startStack({ pods: 3, redis: true, balancer: true });
  try {
    const environment = { URL: stack.url, PROFILE: profile, QUESTIONS: `${QUESTIONS}` };
    const { summary, held } = await runK6({
      scenario: 'elicitation',
      name: 'elicitation',
      environment,
      htmlFile: join(results, 'elicitation.html'),
      withinMs: 600_000,
    });
    const value = (metric: string, name: string) => summary.metrics[metric]?.values[name] ?? Number.NaN;
    return [
      {
        study: 'elicitation',
        subject: `a tool that asks ${QUESTIONS} questions, over 3 pods`,
        values: {
          conversations: value('mcp_answered', 'count'),
          'whole p50 ms': value('mcp_conversation', 'med'),
          'whole p99 ms': value('mcp_conversation', 'p(99)'),
        },
        promises: [{ sentence: 'Every conversation ends with every answer.', held }],
      },
    ];
  } finally {
    await stack.stop();
  }
};
