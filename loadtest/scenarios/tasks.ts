/** Tasks of 2026-07-28: each client begins one, asks for it until it has ended, and begins the next. */
import { check, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { COMMON, readEnvironment } from '../lib/environment.ts';
import { callTool, connect, getTask } from '../lib/mcp.ts';
import { profileNamed } from '../lib/profiles.ts';
import { PROMISES } from '../lib/promises.ts';
import { report, type Summary } from '../lib/summary.ts';

const environment = readEnvironment({
  ...COMMON,
  MS: { meaning: 'how long the tool takes', default: '0' },
  ASK_MS: { meaning: 'how long a client waits between its questions', default: '20' },
  NAME: { meaning: 'names the result', default: 'tasks' },
});
const profile = profileNamed(environment.PROFILE);

export const options: Options = {
  scenarios: {
    measured: { executor: 'constant-vus', vus: profile.clients, duration: `${profile.duration}s`, gracefulStop: '30s' },
  },
  summaryTrendStats: ['min', 'med', 'avg', 'p(90)', 'p(95)', 'p(99)', 'max'],
  thresholds: {
    mcp_tasks: ['count>0'],
    http_req_failed: [PROMISES.nothingFailed.threshold],
    checks: [PROMISES.everythingRight.threshold],
  },
};

const ended = new Counter('mcp_tasks');
const created = new Trend('mcp_task_created', true);
const started = new Trend('mcp_task_started', true);
const whole = new Trend('mcp_task_whole', true);
const client = connect(environment.URL, 'modern');

interface TaskSeen {
  readonly status?: string;
  readonly result?: { readonly _meta?: { readonly 'loadtest/began'?: number } };
}

export default function runOne(): void {
  const sent = Date.now();
  const { message } = callTool(client, 'wait', { ms: Number(environment.MS) }, { tasks: true });
  const taskId = message?.result?.['taskId'];
  created.add(Date.now() - sent);
  let task: TaskSeen = {};
  while (typeof taskId === 'string' && Date.now() - sent < 30_000) {
    task = (getTask(client, taskId).message?.result ?? {}) as TaskSeen;
    if (task.status !== 'working') break;
    sleep(Number(environment.ASK_MS) / 1000);
  }
  const began = task.result?._meta?.['loadtest/began'];
  if (!check(task, { 'the task has its result': () => task.status === 'completed' && began !== undefined })) return;
  ended.add(1);
  started.add(Math.max(0, Number(began) - sent));
  whole.add(Date.now() - sent);
}

export const handleSummary = (summary: Summary) => report(environment.NAME, environment.RESULTS, summary);
