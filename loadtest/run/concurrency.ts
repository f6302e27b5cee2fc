import { join } from 'node:path';
import { cpuTime } from '../../bench/cpu-time.ts';
import type { Finding, Study } from './finding.ts';
import { runK6 } from './k6.ts';
import { peakOf } from './memory.ts';
import { startStack } from './stack.ts';

const CALLS = { smoke: 1_000, other: 5_000 };
const WITHIN_MS = 5 * 60_000;

/** Thousands of calls at once in one process. */
export const concurrency: Study = async ({ profile, results }) => {
  const calls = profile === 'smoke' ? CALLS.smoke : CALLS.other;
  const findings: Finding[] = [];
  for (const era of ['legacy', 'modern']) {
    const stack = await startStack({ pods: 1, redis: true, balancer: false });
    try {
      const pid = stack.pods[0]?.process.pid ?? 0;
      const cpu = cpuTime(pid);
      const { summary, held } = await runK6({
        scenario: 'concurrency',
        name: `concurrency-${era}`,
        environment: { URL: stack.url, ERA: era, CALLS: `${calls}` },
        htmlFile: join(results, `concurrency-${era}.html`),
        withinMs: WITHIN_MS,
      });
      const value = (metric: string, name: string) => summary.metrics[metric]?.values[name] ?? Number.NaN;
      const atOnce = value('mcp_running', 'max');
      findings.push({
        study: 'concurrency',
        subject: `${calls} calls of a 1 s tool in one pod · ${era}`,
        values: {
          answered: value('mcp_answered', 'count'),
          'overhead p50 ms': value('mcp_overhead', 'med'),
          'overhead p99 ms': value('mcp_overhead', 'p(99)'),
          'most at the same moment': atOnce,
          'last answer came after ms': value('mcp_ended_at', 'max'),
          'CPU of the pod ms': (cpuTime(pid) - cpu) / 1000,
          'peak memory of the pod MB': peakOf(pid) / 2 ** 20,
        },
        promises: [
          { sentence: `One process answers ${calls} calls at once, all correctly.`, held },
          { sentence: 'Most of them run at the same moment.', held: atOnce > calls / 2 },
        ],
      });
    } finally {
      await stack.stop();
    }
  }
  return findings;
};
