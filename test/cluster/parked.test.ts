import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { alternating, choosing } from '../lib/pod-choosing-fetch.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { connectMode } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import { postModern } from './modern-wire.ts';
import { eventually } from './settle.ts';
import { type Message, messagesOf, textOf } from './wire.ts';

const LEASE_MS = 1000;
const env = { ANYPOD_LEASE: `${LEASE_MS}`, ANYPOD_DRAIN_DELAY: '0', ANYPOD_DRAIN_TIMEOUT: '500' };
const modules = {
  v1: fileURLToPath(new URL('fixture-asking-v1.ts', import.meta.url)),
  v2: fileURLToPath(new URL('fixture-asking.ts', import.meta.url)),
};

const ELICITATION = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

interface Round {
  readonly key: string;
  /** The answer to a question of the round before. */
  readonly after?: Message;
  readonly name?: string;
  readonly signal?: AbortSignal;
}

/** One request of a client: the call, or the call again with an answer. */
async function round(pod: URL | string, tool: string, { key, after, name, signal }: Round): Promise<Message> {
  const [question = ''] = Object.keys((after?.result?.['inputRequests'] ?? {}) as object);
  const answer = { inputResponses: { [question]: { action: 'accept', content: { name } } } };
  const more = after === undefined ? {} : { ...answer, requestState: after.result?.['requestState'] };
  const params = { name: tool, arguments: { key }, ...more, _meta: ELICITATION };
  return (await messagesOf(await postModern(new URL(pod), 'tools/call', params, {}, signal))).at(-1) as Message;
}

function questionOf(message: Message): unknown {
  const [question] = Object.values((message.result?.['inputRequests'] ?? {}) as Record<string, Message>);
  return question?.params?.['message'] ?? message;
}

const extras: Pod[] = [];
afterEach(async () => {
  await Promise.all(extras.splice(0).map((pod) => pod.stop()));
});

describe.each(['v1', 'v2'] as const)('handlers of SDK %s that await their questions, in 2026-07-28', (sdk) => {
  const deployment = useDeployment({ module: modules[sdk], env });

  /** Another pod of the deployment, which a test may end. It has no journal. */
  async function startVictim(): Promise<Pod> {
    const pod = await startPod({ module: modules[sdk], redisUrl: deployment.redisUrl, env });
    extras.push(pod);
    return pod;
  }

  test('the official client answers each question through another pod, and hears the progress of each round [modern.push.any-pod]', async () => {
    const asked: unknown[] = [];
    const elicitation = (params: Record<string, unknown>) => {
      asked.push(params['message']);
      return { action: 'accept', content: { name: `to ${params['message']}` } };
    };
    const fetch = alternating(deployment.pods);
    const client = await connectMode({ pin: '2026-07-28' }, { fetch, answers: { elicitation } });
    const seen: number[] = [];
    // The client itself also says at which question it is.
    const onprogress = ({ progress, message }: { progress: number; message?: string | undefined }) => {
      if (message === undefined) seen.push(progress);
    };
    const key = `official-${sdk}`;
    const { answers, pid } = JSON.parse(await client.call('ask_twice', { key }, { onprogress })) as Record<
      string,
      unknown
    >;
    expect([asked, answers]).toEqual([
      ['first', 'second'],
      ['to first', 'to second'],
    ]);
    expect(seen).toEqual([1, 2, 3]);
    expect(deployment.journal(key, 'began').map((entry) => entry.pid)).toEqual([pid]);
    await client.close();
  });

  test('a client that goes away aborts the handler on the other pod [modern.push.any-pod]', async () => {
    const [a, b] = deployment.pods;
    const key = `gone-${sdk}`;
    const asked = await round(a, 'ask_and_work', { key });
    const gone = new AbortController();
    const cut = round(b, 'ask_and_work', { key, after: asked, name: 'Ada', signal: gone.signal });
    cut.catch(() => undefined);
    await eventually(() => expect(deployment.journal(key, 'works')).toHaveLength(1));
    gone.abort();
    await eventually(() => expect(deployment.journal(key, 'aborted')).toHaveLength(1));
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'after %s between question and answer the client learns that the pod is lost [modern.push.lost]',
    async (signal) => {
      const [, b] = deployment.pods;
      const victim = await startVictim();
      const key = `lost-${sdk}-${signal}`;
      const first = await round(victim.url, 'ask_twice', { key });
      expect(questionOf(first)).toBe('first');
      await (signal === 'SIGKILL' ? victim.kill9() : victim.stop());
      const lost = await round(b, 'ask_twice', { key, after: first, name: 'Ada' });
      expect(lost.error).toMatchObject({ code: -32603, data: { reason: 'pod_lost', retry: false } });
      expect(deployment.journal(key, 'began')).toEqual([]);
    },
  );

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'after %s a tool that may run again does so on another pod, with the answers so far [modern.push.reruns]',
    async (signal) => {
      const [a, b, c] = deployment.pods;
      const victim = await startVictim();
      const key = `again-${sdk}-${signal}`;
      const first = await round(victim.url, 'ask_twice_again', { key });
      const second = await round(a, 'ask_twice_again', { key, after: first, name: 'Ada' });
      expect(questionOf(second)).toBe('second');
      await (signal === 'SIGKILL' ? victim.kill9() : victim.stop());
      const done = await round(b, 'ask_twice_again', { key, after: second, name: 'Eve' });
      expect(JSON.parse(textOf(done))).toMatchObject({ answers: ['Ada', 'Eve'] });
      expect(deployment.journal(key, 'began')).toHaveLength(1);
      // The state of a call that has ended wakes nothing, and this tool may run again.
      const again = await round(c, 'ask_twice_again', { key, after: second, name: 'Eve' });
      expect(JSON.parse(textOf(again))).toMatchObject({ answers: ['Ada', 'Eve'] });
    },
  );

  test('a pod that is killed while it runs for a client of another pod is lost too [modern.push.lost]', async () => {
    const [, b] = deployment.pods;
    const victim = await startVictim();
    const key = `running-${sdk}`;
    const first = await round(victim.url, 'ask_and_work', { key });
    const waiting = round(b, 'ask_and_work', { key, after: first, name: 'Ada' });
    // The pod has got the answer when it says so, and the client hears nothing of that. So this is sure to be during the call or before.
    await victim.kill9();
    expect((await waiting).error).toMatchObject({ code: -32603, data: { reason: 'pod_lost' } });
  });

  test.runIf(sdk === 'v2').each([
    ['an answer that was given meanwhile counts', true, ['first', 'second']],
    ['an open question is asked again', false, ['first', 'first', 'second']],
  ])(
    'a handler that asks in rounds goes on in a session whose pod was killed between two; %s [legacy.rounds.lost]',
    async (_case, answers, expected) => {
      const [, b, c] = deployment.pods;
      const victim = await startVictim();
      const asked: unknown[] = [];
      const elicitation = async ({ message }: Record<string, unknown>) => {
        asked.push(message);
        // A pod sends a question to its client and to the log at the same time. A pod that is killed before the log has it is lost with its call.
        if (asked.length === 1) await delay(500).then(() => victim.kill9());
        if (asked.length === 1 && !answers) await new Promise(() => undefined);
        return { action: 'accept', content: { answer: `to the ${message}` } };
      };
      const pods = [new URL(victim.url), b, c];
      let next = 0;
      const fetch = choosing(pods, ({ body }) => (methodOf(body) === 'tools/call' ? 0 : 1 + (next++ % 2)));
      const client = await connectMode('legacy', { fetch, answers: { elicitation } });
      const trail = JSON.parse(await client.call('two_rounds', {}, { timeout: 60_000 })) as { answer: string }[];
      expect([asked, trail.map(({ answer }) => answer)]).toEqual([expected, ['to the first', 'to the second']]);
      await client.close();
    },
  );
});

function methodOf(body: unknown): unknown {
  return (body as { method?: unknown } | undefined)?.method;
}
