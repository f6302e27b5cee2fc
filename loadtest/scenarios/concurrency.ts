/** Many calls at once in one process: every client connects, and then all call a tool that waits; all wait together. */
import { check, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { COMMON, readEnvironment } from '../lib/environment.ts';
import { callTool, connect, type Era } from '../lib/mcp.ts';
import { PROMISES } from '../lib/promises.ts';
import { report, type Summary } from '../lib/summary.ts';

const environment = readEnvironment({
  ...COMMON,
  ERA: { meaning: 'legacy or modern', default: 'legacy' },
  CALLS: { meaning: 'how many calls run at once', default: '5000' },
  TOOL_MS: { meaning: 'how long the tool waits', default: '1000' },
  NAME: { meaning: 'names the result', default: 'concurrency' },
});
const calls = Number(environment.CALLS);
/** Clients connect, spread over this time, and a while later all calls begin. */
const CONNECT_MS = calls * 2;
const PAUSE_MS = 3_000;

export const options: Options = {
  scenarios: {
    calls: { executor: 'per-vu-iterations', vus: calls, iterations: 1, maxDuration: '2m' },
  },
  summaryTrendStats: ['min', 'med', 'avg', 'p(90)', 'p(95)', 'p(99)', 'max'],
  thresholds: {
    mcp_answered: [`count==${calls}`],
    checks: [PROMISES.everythingRight.threshold],
    http_req_failed: [PROMISES.nothingFailed.threshold],
  },
};

const answered = new Counter('mcp_answered');
const began = new Trend('mcp_began_at');
const ended = new Trend('mcp_ended_at');
const running = new Trend('mcp_running');
const overhead = new Trend('mcp_overhead', true);

export function setup(): { readonly startAt: number } {
  return { startAt: Date.now() + CONNECT_MS + PAUSE_MS };
}

export default function call({ startAt }: { readonly startAt: number }): void {
  // The calls are to come at once, and not the connections.
  sleep(((__VU / calls) * CONNECT_MS) / 1000);
  const client = connect(environment.URL, environment.ERA as Era);
  callTool(client, 'wait', { ms: 0 });
  const wait = startAt - Date.now();
  if (wait > 0) sleep(wait / 1000);
  began.add(Date.now() - startAt);
  const called = callTool(client, 'wait', { ms: Number(environment.TOOL_MS), text: `${__VU}` });
  ended.add(Date.now() - startAt);
  const meta = called.message?.result?._meta;
  const spent = meta?.['loadtest/ms'];
  if (!check(called, { 'the answer is the tool’s': () => typeof spent === 'number' })) return;
  answered.add(1);
  running.add(Number(meta?.['loadtest/running']));
  overhead.add(called.response.timings.duration - Number(spent));
}

export const handleSummary = (summary: Summary) => report(environment.NAME, environment.RESULTS, summary);
