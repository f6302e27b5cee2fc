/** A tool that asks several questions: each answer is a request of its own, on whichever pod the balancer chooses. */
import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { COMMON, readEnvironment } from '../lib/environment.ts';
import { type Called, callTool, connect } from '../lib/mcp.ts';
import { profileNamed } from '../lib/profiles.ts';
import { PROMISES } from '../lib/promises.ts';
import { report, type Summary } from '../lib/summary.ts';

const environment = readEnvironment({
  ...COMMON,
  QUESTIONS: { meaning: 'how many questions a call asks', default: '3' },
  NAME: { meaning: 'names the result', default: 'elicitation' },
});
const profile = profileNamed(environment.PROFILE);
const times = Number(environment.QUESTIONS);

export const options: Options = {
  scenarios: {
    measured: {
      executor: 'constant-arrival-rate',
      rate: Math.ceil(profile.rate / (times + 1)),
      timeUnit: '1s',
      duration: `${profile.duration}s`,
      preAllocatedVUs: profile.clients,
    },
  },
  summaryTrendStats: ['min', 'med', 'avg', 'p(90)', 'p(95)', 'p(99)', 'max'],
  thresholds: {
    mcp_answered: ['count>0'],
    dropped_iterations: [PROMISES.nothingDropped.threshold],
    http_req_failed: [PROMISES.nothingFailed.threshold],
    checks: [PROMISES.everythingRight.threshold],
  },
};

const answered = new Counter('mcp_answered');
const whole = new Trend('mcp_conversation', true);
const client = connect(environment.URL, 'modern');

export default function converse(): void {
  const began = Date.now();
  const answers: string[] = [];
  let called = callTool(client, 'ask', { times });
  while (called.message?.result?.['resultType'] === 'input_required' && answers.length < times) {
    const answer = `${__VU}.${__ITER}.${answers.length}`;
    answers.push(answer);
    called = callTool(client, 'ask', { times }, { more: answerTo(called, answer) });
  }
  const text = answers.join(' ');
  const right = check(called, {
    'the result has every answer': () => JSON.stringify(called.message?.result).includes(text),
  });
  if (!right || answers.length !== times) return;
  answered.add(1);
  whole.add(Date.now() - began);
}

function answerTo({ message }: Called, answer: string): object {
  const inputResponses = { question: { action: 'accept', content: { answer } } };
  return { inputResponses, requestState: message?.result?.['requestState'] };
}

export const handleSummary = (summary: Summary) => report(environment.NAME, environment.RESULTS, summary);
