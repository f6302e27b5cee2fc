/** Clients that come, call a while and go, for an hour (`PROFILE=soak`): what it must show is flat memory, which the run reads beside it. */
import { check, sleep } from 'k6';
import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { COMMON, readEnvironment } from '../lib/environment.ts';
import { callTool, connect, disconnect } from '../lib/mcp.ts';
import { profileNamed } from '../lib/profiles.ts';
import { PROMISES } from '../lib/promises.ts';
import { report, type Summary } from '../lib/summary.ts';

const environment = readEnvironment({ ...COMMON, NAME: { meaning: 'names the result', default: 'soak' } });
const profile = profileNamed(environment.PROFILE);
/** Calls of one client before it goes. */
const CALLS = 20;

export const options: Options = {
  scenarios: {
    measured: { executor: 'constant-vus', vus: profile.clients, duration: `${profile.duration}s` },
  },
  thresholds: {
    mcp_answered: ['count>0'],
    http_req_failed: [PROMISES.nothingFailed.threshold],
    checks: [PROMISES.everythingRight.threshold],
  },
};

const answered = new Counter('mcp_answered');

/** Of every four clients one is of 2026, one reads streams, and one goes without a word. */
export default function visit(): void {
  const client = connect(environment.URL, __ITER % 4 === 0 ? 'modern' : 'legacy');
  for (let number = 1; number <= CALLS; number += 1) {
    const text = `${__VU}.${__ITER}.${number}`;
    const { message } = callTool(client, 'wait', { ms: 5, text }, { streamed: __ITER % 4 === 1 });
    const right = check(message, { 'the answer is the tool’s': () => JSON.stringify(message?.result).includes(text) });
    if (right) answered.add(1);
    sleep(0.01);
  }
  if (__ITER % 4 !== 2) disconnect(client);
}

export const handleSummary = (summary: Summary) => report(environment.NAME, environment.RESULTS, summary);
