/**
 * What the protocol costs beside the tool, per call: the tool measures itself with a monotonic clock and says so in its
 * result, and what the request took beyond that is overhead. Open model: a call is made when it is due, however late the
 * answers are.
 */
import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { COMMON, readEnvironment } from '../lib/environment.ts';
import { type Called, type Client, callTool, connect, type Era } from '../lib/mcp.ts';
import { profileNamed } from '../lib/profiles.ts';
import { PROMISES } from '../lib/promises.ts';
import { report, type Summary } from '../lib/summary.ts';

const environment = readEnvironment({
  ...COMMON,
  ERA: { meaning: 'legacy, modern or bare', default: 'legacy' },
  STREAMED: { meaning: 'yes: answers come as event streams', default: 'no' },
  TOOL_MS: { meaning: 'how long the tool waits', default: '50' },
  RATE: { meaning: 'calls per second; default: the profile’s', default: '0' },
  NAME: { meaning: 'names the result', default: 'overhead' },
});
const profile = profileNamed(environment.PROFILE);
const rate = Number(environment.RATE) || profile.rate;
const toolMs = Number(environment.TOOL_MS);
const streamed = environment.STREAMED === 'yes';
/** Enough where calls are late by so much. No more: each has a JavaScript runtime of its own, and megabytes. */
const LATE_SECONDS = 0.3;
const clients = Math.max(20, Math.ceil(rate * (toolMs / 1000 + LATE_SECONDS)));

const arrivals = (duration: number, startTime: number) => ({
  executor: 'constant-arrival-rate' as const,
  rate,
  timeUnit: '1s',
  duration: `${duration}s`,
  startTime: `${startTime}s`,
  preAllocatedVUs: clients,
  // Done with before the next begins, so that the same clients go on, with the sessions and connections that they have.
  gracefulStop: '900ms',
});

export const options: Options = {
  scenarios: {
    warmup: arrivals(profile.warmUp, 0),
    measured: arrivals(profile.duration, profile.warmUp + 1),
  },
  summaryTrendStats: ['min', 'med', 'avg', 'p(90)', 'p(95)', 'p(99)', 'max'],
  thresholds: {
    'mcp_overhead{scenario:measured}': [PROMISES.medianOverhead.threshold, PROMISES.tailOverhead.threshold],
    // Without an answer every other threshold would hold.
    'mcp_answered{scenario:measured}': ['count>0'],
    'mcp_tool{scenario:measured}': ['max>=0'],
    'mcp_envelope_bytes{scenario:measured}': [PROMISES.smallEnvelope.threshold],
    'mcp_event_id_bytes{scenario:measured}': ['max>=0'],
    'dropped_iterations{scenario:measured}': [PROMISES.nothingDropped.threshold],
    'http_req_failed{scenario:measured}': [PROMISES.nothingFailed.threshold],
    'checks{scenario:measured}': [PROMISES.everythingRight.threshold],
    'http_req_connecting{scenario:measured}': ['max>=0'],
  },
};

const overhead = new Trend('mcp_overhead', true);
const tool = new Trend('mcp_tool', true);
const answered = new Counter('mcp_answered');
const envelope = new Trend('mcp_envelope_bytes');
const eventId = new Trend('mcp_event_id_bytes');

/** A k6 client keeps its session and its connection between its calls. */
let client: Client | undefined;

export default function call(): void {
  client ??= connect(environment.URL, environment.ERA as Era, { phase: 'connect' });
  const text = `call ${__VU}.${__ITER}`;
  const called = callTool(client, 'wait', { ms: toolMs, text }, { streamed, tags: { phase: 'call' } });
  const spent = toolTime(called);
  const right = check(called, {
    'the answer is the tool’s': () => spent !== undefined && JSON.stringify(called.message?.result).includes(text),
  });
  if (!right || spent === undefined) return;
  answered.add(1);
  overhead.add(called.response.timings.duration - spent);
  tool.add(spent);
  const { bytes, idBytes } = wrappingOf(called);
  envelope.add(bytes);
  eventId.add(idBytes);
}

function toolTime({ message }: Called): number | undefined {
  const spent = message?.result?._meta?.['loadtest/ms'];
  return typeof spent === 'number' ? spent : undefined;
}

/** What the answer holds beside the result; of a stream, the event that has it. All of it is ASCII. */
function wrappingOf({ response, message }: Called): { readonly bytes: number; readonly idBytes: number } {
  const body = response.body ?? '';
  const isStream = response.headers['Content-Type']?.startsWith('text/event-stream');
  const event = isStream ? body.split('\n\n').findLast((text) => text.includes('"result"')) : undefined;
  const answer = event === undefined ? body : `${event}\n\n`;
  const idBytes = /^id: .*\n/m.exec(event ?? '')?.[0].length ?? 0;
  return { bytes: answer.length - idBytes - JSON.stringify(message?.result ?? null).length, idBytes };
}

export const handleSummary = (summary: Summary) => report(environment.NAME, environment.RESULTS, summary);
