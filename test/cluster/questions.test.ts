import { describe, expect, test } from 'vitest';
import { choosing, isAnswer, rpcMethod } from '../lib/pod-choosing-fetch.ts';
import { connectV1 } from './client-v1.ts';
import { FIXTURE_V1, useDeployment } from './deployment.ts';
import type { Answers, Connect } from './official-client.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';

/** `initialize` on pod A, calls on B, answers on C. */
function split(pods: readonly URL[]) {
  return choosing(pods, (request) => (isAnswer(request) ? 2 : rpcMethod(request) === 'tools/call' ? 1 : 0));
}

async function ask(connect: Connect, pods: readonly URL[], tool: string, answers: Answers): Promise<unknown> {
  const client = await connect({ fetch: split(pods), answers });
  try {
    return JSON.parse(await client.call(tool));
  } finally {
    await client.close();
  }
}

describe('a tool of SDK v2 asks on one pod and is answered on another', () => {
  const deployment = useDeployment();

  describe.each(OFFICIAL_CLIENTS)('$label', ({ connect }) => {
    test.each(['ask', 'ask_related'])('%s [legacy.question.answer-any-pod]', async (tool) => {
      const elicitation = () => ({ action: 'accept', content: { name: 'Ada' } });
      const result = await ask(connect, deployment.pods, tool, { elicitation });
      expect(result).toMatchObject({ action: 'accept', content: { name: 'Ada' } });
    });

    test('a refusal of the user', async () => {
      const result = await ask(connect, deployment.pods, 'ask', { elicitation: () => ({ action: 'decline' }) });
      expect(result).toMatchObject({ action: 'decline' });
    });

    test('elicitation in URL mode [legacy.question.url]', async () => {
      let url: unknown;
      const elicitation = (params: Record<string, unknown>) => {
        url = params['url'];
        return { action: 'accept' };
      };
      expect(await ask(connect, deployment.pods, 'ask_url', { elicitation })).toMatchObject({ action: 'accept' });
      expect(url).toBe('https://example.com/sign-in');
    });

    test('sampling [legacy.question.answer-any-pod]', async () => {
      const answer = { model: 'm', role: 'assistant', content: { type: 'text', text: 'sampled' } };
      expect(await ask(connect, deployment.pods, 'sample', { sampling: () => answer })).toMatchObject(answer);
    });

    test('roots [legacy.question.answer-any-pod]', async () => {
      const answer = { roots: [{ uri: 'file:///project', name: 'project' }] };
      expect(await ask(connect, deployment.pods, 'roots', { roots: () => answer })).toMatchObject(answer);
    });

    test('an error as the answer reaches the handler [legacy.question.answer-any-pod]', async () => {
      const elicitation = () => {
        throw new Error('the user is away');
      };
      const client = await connect({ fetch: split(deployment.pods), answers: { elicitation } });
      expect(await client.call('ask')).toContain('the user is away');
      await client.close();
    });

    test('takes its time, longer than upgradeAfterMs [legacy.question.answer-any-pod]', async () => {
      const elicitation = async () => {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return { action: 'accept', content: { name: 'Slow' } };
      };
      const result = await ask(connect, deployment.pods, 'ask', { elicitation });
      expect(result).toMatchObject({ content: { name: 'Slow' } });
    });
  });
});

describe('a tool of SDK v1 asks on one pod and is answered on another', () => {
  const deployment = useDeployment({ module: FIXTURE_V1 });

  test.each(OFFICIAL_CLIENTS)('$label [legacy.question.answer-any-pod]', async ({ connect }) => {
    const elicitation = () => ({ action: 'accept', content: { name: 'Ada' } });
    const result = await ask(connect, deployment.pods, 'ask', { elicitation });
    expect(result).toMatchObject({ action: 'accept', content: { name: 'Ada' } });
  });

  test('without the capability the server refuses on the other pod [legacy.rehydrate.negotiated]', async () => {
    const client = await connectV1({ fetch: split(deployment.pods) });
    expect(await client.call('ask')).toContain('does not support');
    await client.close();
  });
});
