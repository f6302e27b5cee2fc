/** As many calls as are answered, from a fixed number of clients; what one pod gives is compared with what several give. */
import { check } from 'k6';
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
  NAME: { meaning: 'names the result', default: 'linear' },
});
const profile = profileNamed(environment.PROFILE);

export const options: Options = {
  scenarios: {
    measured: {
      executor: 'constant-vus',
      vus: Number(environment.CLIENTS) || profile.clients,
      duration: `${profile.duration}s`,
    },
  },
  thresholds: {
    'mcp_answered{scenario:measured}': ['count>0'],
    checks: [PROMISES.everythingRight.threshold],
    http_req_failed: [PROMISES.nothingFailed.threshold],
  },
};

const answered = new Counter('mcp_answered');
let client: Client | undefined;

export default function call(): void {
  client ??= connect(environment.URL, environment.ERA as Era);
  const text = `${__VU}.${__ITER}`;
  const { message } = callTool(client, 'wait', { ms: 0, text });
  if (check(message, { 'the answer is the tool’s': () => JSON.stringify(message?.result).includes(text) }))
    answered.add(1);
}

export const handleSummary = (summary: Summary) => report(environment.NAME, environment.RESULTS, summary);
