import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStream } from '../cluster/stream-reader.ts';
import { type Message, openSession, post, textOf, type WireSession } from '../cluster/wire.ts';
import { freeze, kill, terminate } from './faults.ts';
import { resumingStream } from './resuming-stream.ts';
import { LEASE_MS, type Stage, startStage } from './stage.ts';

const STEPS = 40;
const steps = { steps: STEPS, ms: 100 };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: { ANYPOD_DRAIN_DELAY: '0', ANYPOD_DRAIN_TIMEOUT: '500' } });
});
afterAll(() => stage?.stop());

/** Calls a tool on one pod and comes back through the balancer; `started`: the first event is there. */
async function callOn(pod: URL, session: WireSession, tool: string, args: object) {
  const response = await session.call(pod, tool, tool, args, `${tool}-token`);
  const stream = resumingStream(response, { reopen: (lastEventId) => session.listen(stage.url, lastEventId) });
  const first = await stream.next();
  const all = (async () => {
    const messages = [first.value as Message];
    for (;;) {
      const { value, done } = await stream.next();
      if (done === true) return messages;
      messages.push(value);
      if (value.id === tool && value.method === undefined) return messages;
    }
  })();
  return { all };
}

function numbersOf(messages: readonly Message[]): unknown[] {
  return messages.filter(({ method }) => method === 'notifications/progress').map(({ params }) => params?.['progress']);
}

/** Where the second run begins; the numbers before it are those of the first one. */
function splitAtRestart(numbers: readonly unknown[]): [unknown[], unknown[]] {
  const restart = numbers.indexOf(1, 1);
  return [numbers.slice(0, restart), numbers.slice(restart)];
}

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

const endings = [
  { how: 'kill -9', end: (index: number) => kill(stage, index), gone: true },
  { how: 'SIGTERM, past the deadline', end: (index: number) => terminate(stage, index), gone: true },
  { how: 'SIGSTOP for three leases', end: (index: number) => freeze(stage, index, 3 * LEASE_MS), gone: false },
];

describe.each(endings)('calls on a pod that ends by $how', ({ end, gone }) => {
  test('the read-only one runs again, the others end honestly [pod.lost.rerun] [pod.lost.honest-end] [pod.lost.effects-once] [pod.drain.hands-over]', async () => {
    const pod = new URL(stage.pods[0]?.url ?? '');
    const session = await openSession(stage.url);
    const effect = crypto.randomUUID();
    // Both at once, so that neither ends before the pod does.
    const [count, charge] = await Promise.all([
      callOn(pod, session, 'count', steps),
      callOn(pod, session, 'charge', { ...steps, key: effect }),
    ]);
    // A question is recorded before it is sent, so by then Redis knows the other two calls as well.
    const asking = readStream(await session.call(pod, 'ask', 'ask', {}, 'ask-token'));
    const question = await asking.until(({ method }) => method === 'elicitation/create');
    await asking.cut();
    await end(0);

    const counted = await count.all;
    const [, again] = splitAtRestart(numbersOf(counted));
    expect(again).toEqual(numbersTo(STEPS));
    expect(textOf(counted.at(-1))).toBe(`${STEPS}`);

    const charged = (await charge.all).at(-1);
    expect(charged?.error).toMatchObject({ code: -32603, data: { reason: 'pod_lost', retry: false } });
    expect(await stage.effects.count(effect)).toBe(1);

    const answer = { jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { name: 'late' } } };
    const taken = await post(stage.url, answer, session.headers);
    expect(taken.status).toBe(202);
    await taken.body?.cancel();

    if (gone) await stage.replace(0);
    else await delay(LEASE_MS);
  });
});
