import { join } from 'node:path';
import { profileNamed } from '../lib/profiles.ts';
import { PROMISES } from '../lib/promises.ts';
import type { Summary } from '../lib/summary.ts';
import type { Finding, Study, StudyOptions } from './finding.ts';
import { runK6 } from './k6.ts';
import { LOAD_CORE, POD_CORE } from './pin.ts';
import { saturationOf } from './saturation.ts';
import { startBare, startStack } from './stack.ts';
import { measureStalls } from './stalls.ts';

interface Rung {
  readonly name: string;
  start(): Promise<{ readonly url: string; stop(): Promise<unknown> }>;
  readonly legs: readonly Leg[];
}

interface Leg {
  readonly name: string;
  readonly era: string;
  readonly streamed: boolean;
}

const BARE: Leg = { name: 'JSON', era: 'bare', streamed: false };
const LEGS: readonly Leg[] = [
  { name: 'legacy JSON', era: 'legacy', streamed: false },
  { name: 'legacy SSE', era: 'legacy', streamed: true },
  { name: 'modern JSON', era: 'modern', streamed: false },
  { name: 'modern SSE', era: 'modern', streamed: true },
];

const FLOOR: Rung = { name: 'bare node:http', start: startBare, legs: [BARE] };
/** From the floor to a whole deployment, each with one thing more. */
const LADDER: readonly Rung[] = [
  FLOOR,
  { name: 'one pod', start: () => startStack({ pods: 1, redis: false, balancer: false }), legs: LEGS },
  { name: 'balancer + one pod', start: () => startStack({ pods: 1, redis: false, balancer: true }), legs: LEGS },
  { name: 'balancer + Redis + 3 pods', start: () => startStack({ pods: 3, redis: true, balancer: true }), legs: LEGS },
];

const HALF = 'half of saturation';
const STALL_SECONDS = 5;
const TOOL_MS = 50;
/** What the tool waits changes nothing of the rest: shown once, on the whole deployment. */
const OTHER_TOOL_MS = [0, 200];
const WITHIN_MS = 10 * 60_000;

/**
 * The protocol's time beside the tool's own, per call: at the profile's rate, and on the whole deployment at half of what it can do, then with the
 * bare server at that rate. Before and after: what the machine takes from whoever runs on it.
 */
export const overhead: Study = async (options) => {
  const findings = await stalls('before');
  for (const rung of LADDER) {
    const steps = stepsOf(rung, options);
    const found = await climb(rung, steps, options);
    const atRates = steps.flatMap((step, index) => {
      const rate = found[index]?.values['calls/s'];
      if (step.rate !== HALF || rate === undefined) return [];
      return [{ ...step, subject: `bare node:http · as often as ${step.subject}`, leg: BARE, rate }];
    });
    findings.push(...found, ...(await climb(FLOOR, atRates, options)));
  }
  return [...findings, ...(await stalls('after'))];
};

/** Measures each step on one fresh deployment. */
async function climb(rung: Rung, steps: readonly Step[], options: StudyOptions): Promise<Finding[]> {
  if (steps.length === 0) return [];
  const findings: Finding[] = [];
  const stack = await rung.start();
  try {
    for (const step of steps) findings.push(await measure(step, stack.url, options));
  } finally {
    await stack.stop();
  }
  return findings;
}

async function stalls(when: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, core] of Object.entries({ pods: POD_CORE, load: LOAD_CORE })) {
    const { share, longest } = await measureStalls(core, STALL_SECONDS);
    const values = { 'taken away, % of the time': 100 * share, 'at most ms': longest };
    findings.push({
      study: 'overhead',
      subject: `the core of ${name} with nothing to do, ${when}`,
      values,
      promises: [],
    });
  }
  return findings;
}

/** One row of the study. */
interface Step {
  readonly subject: string;
  readonly leg: Leg;
  readonly toolMs: number;
  /** Calls per second. Default: the profile's. */
  readonly rate?: number | typeof HALF;
}

function stepsOf(rung: Rung, { profile, match }: StudyOptions): Step[] {
  const step = (leg: Leg, toolMs: number): Step => {
    return { subject: `${rung.name} · ${leg.name} · tool of ${toolMs} ms`, leg, toolMs };
  };
  const steps = rung.legs.map((leg) => step(leg, TOOL_MS));
  if (rung === LADDER.at(-1)) {
    const plain = rung.legs.filter(({ streamed }) => !streamed);
    if (profile !== 'smoke') steps.push(...plain.flatMap((leg) => OTHER_TOOL_MS.map((ms) => step(leg, ms))));
    for (const leg of plain) {
      const usual = step(leg, TOOL_MS);
      steps.push({ ...usual, subject: `${usual.subject} · ${HALF}`, rate: HALF });
    }
  }
  return steps.filter(({ subject }) => match.test(subject));
}

/** With this load, this balancer and this Redis on the core beside, which are part of what the deployment can do. */
async function rateOf({ leg, rate }: Step, url: string, profile: string): Promise<number> {
  const { clients, warmUp, duration, rate: usual } = profileNamed(profile);
  if (rate !== HALF) return rate ?? usual;
  return Math.round((await saturationOf({ urls: [url], era: leg.era, clients, warmUp, seconds: duration })) / 2);
}

async function measure(step: Step, url: string, { profile, results }: StudyOptions): Promise<Finding> {
  const { subject, leg, toolMs } = step;
  const rate = await rateOf(step, url, profile);
  const name = fileName(subject);
  const { summary } = await runK6({
    scenario: 'overhead',
    name,
    environment: { ...environment(url, profile, leg, toolMs), RATE: `${rate}` },
    htmlFile: join(results, `overhead-${name}.html`),
    withinMs: WITHIN_MS,
  });
  return found(subject, rate, leg === BARE, summary);
}

const fileName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const environment = (url: string, profile: string, { era, streamed }: Leg, toolMs: number) => ({
  URL: url,
  PROFILE: profile,
  ERA: era,
  STREAMED: streamed ? 'yes' : 'no',
  TOOL_MS: `${toolMs}`,
});

function found(subject: string, rate: number, isFloor: boolean, { metrics }: Summary): Finding {
  const overheads = metrics['mcp_overhead{scenario:measured}'];
  const value = (metric: string, name: string) => metrics[metric]?.values[name] ?? Number.NaN;
  const held = (metric: string, threshold: string) => metrics[metric]?.thresholds?.[threshold]?.ok ?? false;
  const judge = (promise: { sentence: string; threshold: string }, metric: string) => ({
    sentence: promise.sentence,
    held: held(metric, promise.threshold),
  });
  return {
    study: 'overhead',
    subject,
    values: {
      'calls/s': rate,
      'p50 ms': overheads?.values['med'] ?? Number.NaN,
      'p95 ms': overheads?.values['p(95)'] ?? Number.NaN,
      'p99 ms': overheads?.values['p(99)'] ?? Number.NaN,
      'tool p50 ms': value('mcp_tool{scenario:measured}', 'med'),
      'envelope bytes': value('mcp_envelope_bytes{scenario:measured}', 'med'),
      'event id bytes': value('mcp_event_id_bytes{scenario:measured}', 'med'),
      calls: value('mcp_answered{scenario:measured}', 'count'),
    },
    promises: [
      // The floor promises nothing; it shows what this machine adds by itself.
      ...(isFloor
        ? []
        : [
            judge(PROMISES.medianOverhead, 'mcp_overhead{scenario:measured}'),
            judge(PROMISES.tailOverhead, 'mcp_overhead{scenario:measured}'),
            judge(PROMISES.smallEnvelope, 'mcp_envelope_bytes{scenario:measured}'),
          ]),
      judge(PROMISES.nothingDropped, 'dropped_iterations{scenario:measured}'),
      judge(PROMISES.nothingFailed, 'http_req_failed{scenario:measured}'),
    ],
  };
}
