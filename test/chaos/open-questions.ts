import { setTimeout as delay } from 'node:timers/promises';
import { connectMode } from '../cluster/client-v2.ts';
import { settled } from '../cluster/settle.ts';
import { createGate, type Gate } from '../lib/gate.ts';
import { choosing, rpcMethod, type SentRequest } from '../lib/pod-choosing-fetch.ts';
import { MODERN, WIRE } from './clients.ts';
import { failureOf } from './failure.ts';
import { kill, terminate } from './faults.ts';
import type { LostPod } from './judge.ts';
import type { FailureKind } from './records.ts';
import { type Outcome, runScenario } from './run-scenario.ts';
import type { Stage } from './stage.ts';

const ERAS = { legacy: 'legacy', modern: { pin: '2026-07-28' } } as const;
/** The handler of `ask` must not run again, that of `ask_again` may, and that of `ask_in_rounds` has ended when its client is asked. */
const TOOLS = ['ask', 'ask_again', 'ask_in_rounds'] as const;
const CALLS_EACH = 2;
/** The pod on which the questions are asked. */
const ASKING = 0;
const LIVING = 1;

/** How that pod ends while its questions are open. */
export interface Ending {
  readonly how: string;
  /** Calls `answer` when the clients may answer. Resolves when the pod has ended. */
  end(stage: Stage, answer: () => void): Promise<readonly LostPod[]>;
  /** What becomes of `ask`. Undefined: it gets its answer, as everything else does. */
  readonly ask?: FailureKind;
  /** What the load may lose. */
  readonly failures?: readonly FailureKind[];
}

export const ENDINGS: readonly Ending[] = [
  {
    how: 'kill -9 between question and answer',
    ask: 'pod_lost',
    failures: ['pod_lost', 'cut'],
    async end(stage, answer) {
      const lost = await kill(stage, ASKING);
      answer();
      return [lost];
    },
  },
  {
    how: 'SIGTERM between question and answer',
    ask: 'pod_lost',
    async end(stage, answer) {
      await terminate(stage, ASKING);
      answer();
      return [];
    },
  },
  {
    how: 'SIGTERM, and an answer while the pod drains',
    async end(stage, answer) {
      const ended = terminate(stage, ASKING);
      await delay(300);
      answer();
      await ended;
      return [];
    },
  },
];

/** Ends a pod whose questions are open, under a constant load of other calls. */
export async function runOpenQuestions(stage: Stage, ending: Ending, repeat = 1): Promise<Outcome> {
  const wrong: string[] = [];
  const scenario = {
    name: ending.how,
    proves: '',
    failures: ending.failures ?? [],
    async fault() {
      const lost = await askAndEnd(stage, ending, wrong);
      await stage.replace(ASKING);
      return lost;
    },
  };
  const outcome = await runScenario(stage, scenario, { repeat, clients: [WIRE, MODERN] });
  return { ...outcome, violations: [...wrong, ...outcome.violations] };
}

async function askAndEnd(stage: Stage, ending: Ending, wrong: string[]): Promise<readonly LostPod[]> {
  const answers = createGate();
  answers.close();
  const eras = Object.keys(ERAS) as (keyof typeof ERAS)[];
  const asking = eras
    .flatMap((era) => TOOLS.map((tool) => ({ era, tool })))
    .flatMap((kind) => Array.from({ length: CALLS_EACH }, () => ask(stage, kind, answers)));
  await settled(Promise.all(asking.map(({ asked }) => asked)), 'asking');
  // A pod sends a question to its client and to the log at the same time. A pod that is killed before the log has it is lost with its call.
  await delay(500);
  const lost = await ending.end(stage, answers.open);
  for (const { era, tool, outcome } of asking) {
    const expected = tool === 'ask' ? (ending.ask ?? 'Ada') : 'Ada';
    const became = await outcome;
    if (became.split(':')[0] !== expected)
      wrong.push(`${ending.how}: ${era} ${tool}: ${became} instead of ${expected}`);
  }
  return lost;
}

/**
 * Calls a tool on the pod that will end. Everything else that the client sends goes to a pod that lives: a balancer may still send a request to a killed
 * pod, and clients of 2026-07-28 do not repeat one that was cut.
 */
function ask(stage: Stage, { era, tool }: { era: keyof typeof ERAS; tool: string }, answers: Gate) {
  let hear = () => {};
  const asked = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const elicitation = async () => {
    hear();
    await answers.pass();
    return { action: 'accept', content: { name: 'Ada' } };
  };
  const pods = [ASKING, LIVING].map((index) => new URL(stage.pods[index]?.url ?? ''));
  const fetch = choosing(pods, (request) => (beginsCall(request) ? 0 : 1));
  const call = async (): Promise<string> => {
    const client = await connectMode(ERAS[era], {
      fetch,
      answers: { elicitation },
      on: { 'notifications/message': () => {} },
    });
    // Progress gives a client of a session an event id, with which it comes back.
    const result = client.call(tool, {}, { timeout: 45_000, onprogress: () => {} });
    const text = await result.catch((error: unknown) => {
      const { kind, message } = failureOf(error, { hasId: era === 'legacy', modern: era === 'modern' });
      return `${kind}: ${message}`;
    });
    await client.close();
    return text;
  };
  const outcome = call();
  // A call that ends without a question is judged by its outcome.
  outcome.then(hear, hear);
  return { era, tool, asked, outcome };
}

function beginsCall(request: SentRequest): boolean {
  const { params } = (request.body ?? {}) as { params?: { requestState?: unknown } };
  return rpcMethod(request) === 'tools/call' && params?.requestState === undefined;
}
