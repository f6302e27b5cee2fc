import { join } from 'node:path';
import { profileNamed } from '../lib/profiles.ts';
import { PROMISES } from '../lib/promises.ts';
import type { Summary } from '../lib/summary.ts';
import type { Finding, Study, StudyOptions } from './finding.ts';
import { runK6 } from './k6.ts';
import { BALANCED_FLOOR, BARE, FLOOR, LADDER, type Leg, type Rung } from './ladder.ts';
import { type Pauses, watchPauses } from './pauses.ts';
import { LOAD_CORE, POD_CORE } from './pin.ts';
import { saturationOf } from './saturation.ts';
import { measureStalls } from './stalls.ts';

const HALF = 'half of saturation';
/** By how much the tail may exceed that of the bare server. */
const MOST_TAIL = 1.5;
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
    const halves = steps.flatMap((step, index) =>
      step.rate === HALF ? [{ step, half: found[index] as Finding }] : [],
    );
    const asOften = (floor: Rung, legOf: (leg: Leg) => Leg) =>
      halves.map(({ step, half }): Step => {
        const subject = `${floor.name} · as often as ${step.subject}`;
        return { ...step, subject, leg: legOf(step.leg), rate: half.values['calls/s'] ?? Number.NaN };
      });
    const bare = await climb(
      FLOOR,
      asOften(FLOOR, () => BARE),
      options,
    );
    const balanced = await climb(BALANCED_FLOOR, asOften(BALANCED_FLOOR, sameRequests), options);
    const beside = halves.flatMap(({ half }, index) => [
      besideFloor(half, bare[index], true),
      besideFloor(half, balanced[index], false),
    ]);
    findings.push(...found, ...bare, ...balanced, ...beside);
  }
  return [...findings, ...(await stalls('after'))];
};

/** Measures each step on one fresh deployment. */
async function climb(rung: Rung, steps: readonly Step[], options: StudyOptions): Promise<Finding[]> {
  if (steps.length === 0) return [];
  const findings: Finding[] = [];
  const pauses = watchPauses();
  const stack = await rung.start(pauses);
  try {
    for (const step of steps) findings.push(await measure(step, stack.url, pauses, options));
  } finally {
    await stack.stop();
    pauses.stop();
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

/** The bare server knows no sessions, but answers a call of 2026-07-28 too. */
const sameRequests = ({ era }: Leg): Leg => ({ ...BARE, era: era === 'modern' ? era : BARE.era });

/** The tail at half of saturation beside that of the floor at the same rate. */
function besideFloor({ subject, values }: Finding, floor: Finding | undefined, promised: boolean): Finding {
  const times = (name: string) => (values[name] ?? Number.NaN) / (floor?.values[name] ?? Number.NaN);
  const sentence = `At half of saturation, the p99 is at most ${MOST_TAIL} times that of the bare server.`;
  return {
    study: 'overhead',
    subject: `${subject} ÷ ${floor?.subject.split(' · ', 1)[0]}`,
    values: { 'p50 ×': times('p50 ms'), 'p99 ×': times('p99 ms') },
    promises: promised ? [{ sentence, held: times('p99 ms') <= MOST_TAIL }] : [],
  };
}

function stepsOf(rung: Rung, { profile, match }: StudyOptions): Step[] {
  const step = (leg: Leg, toolMs: number): Step => {
    return { subject: `${rung.name} · ${leg.name} · tool of ${toolMs} ms`, leg, toolMs };
  };
  const steps = rung.legs.map((leg) => step(leg, TOOL_MS));
  const plain = rung.legs.filter(({ streamed }) => !streamed);
  if (rung.otherTools === true && profile !== 'smoke')
    steps.push(...plain.flatMap((leg) => OTHER_TOOL_MS.map((ms) => step(leg, ms))));
  if (rung.whole === true) {
    const usual = plain.map((leg) => step(leg, TOOL_MS));
    steps.push(...usual.map((one) => ({ ...one, subject: `${one.subject} · ${HALF}`, rate: HALF }) as const));
  }
  return steps.filter(({ subject }) => match.test(subject));
}

/** With this load, this balancer and this Redis on the core beside, which are part of what the deployment can do. */
async function rateOf({ leg, rate }: Step, url: string, profile: string): Promise<number> {
  const { clients, warmUp, duration, rate: usual } = profileNamed(profile);
  if (rate !== HALF) return rate ?? usual;
  return Math.round((await saturationOf({ urls: [url], era: leg.era, clients, warmUp, seconds: duration })) / 2);
}

async function measure(step: Step, url: string, pauses: Pauses, options: StudyOptions): Promise<Finding> {
  const { profile, results } = options;
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
  const since = Date.now() - 1000 * profileNamed(profile).duration;
  return found(subject, { rate, pause: pauses.longestSince(since) }, leg.isFloor === true, summary);
}

const fileName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const environment = (url: string, profile: string, { era, streamed }: Leg, toolMs: number) => ({
  URL: url,
  PROFILE: profile,
  ERA: era,
  STREAMED: streamed ? 'yes' : 'no',
  TOOL_MS: `${toolMs}`,
});

interface Measured {
  readonly rate: number;
  /** The longest pause of a server for garbage, in ms. */
  readonly pause: number;
}

function found(subject: string, { rate, pause }: Measured, isFloor: boolean, { metrics }: Summary): Finding {
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
      'longest pause ms': pause,
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
