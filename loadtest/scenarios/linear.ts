/** As many calls as are answered, from a fixed number of clients; what one pod gives is compared with what several give. */
import { check } from 'k6';
import exec from 'k6/execution';
import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { COMMON, readEnvironment } from '../lib/environment.ts';
import { type Client, callTool, connect, type Era } from '../lib/mcp.ts';
import { profileNamed } from '../lib/profiles.ts';
import { PROMISES } from '../lib/promises.ts';
import { report, type Summary } from '../lib/summary.ts';

const environment = readEnvironment({
  ...COMMON,
  ERA: { meaning: 'legacy or modern', default: 'legacy' },
  CLIENTS: { meaning: 'how many clients; default: the profile’s', default: '0' },
  WARM_UP: { meaning: 'seconds before anything is counted; default: the profile’s', default: '' },
  SECONDS: { meaning: 'how long is counted; default: the profile’s', default: '' },
  NAME: { meaning: 'names the result', default: 'linear' },
});
const profile = profileNamed(environment.PROFILE);
const warmUp = Number(environment.WARM_UP || profile.warmUp);
const seconds = Number(environment.SECONDS || profile.duration);
/** Several where several deployments are compared at the same time: each has as many clients. */
const urls = environment.URL.split(' ');

export const options: Options = {
  scenarios: {
    measured: {
      executor: 'constant-vus',
      vus: Number(environment.CLIENTS) || profile.clients,
      duration: `${warmUp + seconds}s`,
    },
  },
  thresholds: {
    mcp_answered: ['count>0'],
    checks: [PROMISES.everythingRight.threshold],
    http_req_failed: [PROMISES.nothingFailed.threshold],
  },
};

/** The same client, with the session that every pod knows by then, goes on from the warm-up into what counts. */
let client: Client | undefined;
const answered = new Counter('mcp_answered');

export default function call(): void {
  client ??= connect(urls[exec.vu.idInTest % urls.length] ?? '', environment.ERA as Era);
  const text = `${exec.vu.idInTest}.${exec.vu.iterationInInstance}`;
  const { message } = callTool(client, 'wait', { ms: 0, text });
  const right = check(message, { 'the answer is the tool’s': () => JSON.stringify(message?.result).includes(text) });
  const elapsed = exec.instance.currentTestRunDuration / 1000;
  if (right && elapsed >= warmUp && elapsed < warmUp + seconds) answered.add(1);
}

export const handleSummary = (summary: Summary) => report(environment.NAME, environment.RESULTS, summary);
