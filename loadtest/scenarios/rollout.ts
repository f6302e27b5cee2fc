/**
 * Calls at a fixed rate while pods are exchanged by whoever runs the rollout: `kubectl rollout restart`, a blue-green flip. No call may fail, and
 * nothing is tried twice. Every client keeps its connection and its session.
 */
import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { COMMON, readEnvironment } from '../lib/environment.ts';
import { type Client, callTool, connect, type Era } from '../lib/mcp.ts';
import { profileNamed } from '../lib/profiles.ts';
import { PROMISES } from '../lib/promises.ts';
import { report, type Summary } from '../lib/summary.ts';

const environment = readEnvironment({
  ...COMMON,
  ERA: { meaning: 'legacy or modern', default: 'legacy' },
  TOOL: { meaning: 'the tool to call', default: 'wait' },
  ARGUMENTS: { meaning: 'its arguments, in JSON', default: '{"ms":25}' },
  SECONDS: { meaning: 'how long; default: the profile’s', default: '0' },
  NAME: { meaning: 'names the result', default: 'rollout' },
});
const profile = profileNamed(environment.PROFILE);
const args = JSON.parse(environment.ARGUMENTS) as object;

export const options: Options = {
  scenarios: {
    measured: {
      executor: 'constant-arrival-rate',
      rate: profile.rate,
      timeUnit: '1s',
      duration: `${Number(environment.SECONDS) || profile.duration}s`,
      // Enough for calls of a second each: a pod that stalls must not keep others from being called.
      preAllocatedVUs: Math.max(profile.clients, profile.rate),
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
const took = new Trend('mcp_call', true);
let client: Client | undefined;

export default function call(): void {
  client ??= connect(environment.URL, environment.ERA as Era);
  const { message, response } = callTool(client, environment.TOOL, args);
  if (!check(message, { 'the call has a result': () => message?.result !== undefined })) return;
  answered.add(1);
  took.add(response.timings.duration);
}

export const handleSummary = (summary: Summary) => report(environment.NAME, environment.RESULTS, summary);
