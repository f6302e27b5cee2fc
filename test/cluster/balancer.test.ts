import { describe, expect, test } from 'vitest';
import type { FetchLike } from '../lib/pod-choosing-fetch.ts';
import { connectV1 } from './client-v1.ts';
import { connectMode, connectV2 } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import type { Connect } from './official-client.ts';

const deployment = useDeployment();

const CLIENTS: readonly { label: string; connect: Connect }[] = [
  { label: 'client v1', connect: connectV1 },
  { label: 'client v2', connect: connectV2 },
  { label: 'client v2, auto', connect: (options) => connectMode('auto', options) },
  { label: 'client v2, 2026-07-28', connect: (options) => connectMode({ pin: '2026-07-28' }, options) },
];

/** Everything through the balancer, which takes the pods in turn. */
const through: FetchLike = (_url, init) => fetch(deployment.balancer, init);

describe.each(CLIENTS)('through a balancer without affinity: $label', ({ label, connect }) => {
  test('lists, calls, follows progress and closes; every pod has its share [legacy.initialize.stored-first] [modern.serve.any-pod]', async () => {
    const client = await connect({ fetch: through, name: label });
    expect(await client.tools()).toContain('echo');
    const pids = new Set<number>();
    for (let call = 0; call < 9; call += 1) pids.add(JSON.parse(await client.call('whoami')).pid);
    expect(pids.size).toBe(3);
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
    expect(await client.call('slow', { steps: 10, ms: 20 }, { onprogress })).toBe('10 steps');
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await client.close();
  });

  test('many calls at once get each its own answer', async () => {
    const client = await connect({ fetch: through, name: label });
    const texts = Array.from({ length: 60 }, (_, index) => `text ${index}`);
    expect(await Promise.all(texts.map((text) => client.call('echo', { text })))).toEqual(texts);
    await client.close();
  });

  test('a tool asks the user [legacy.question.answer-any-pod] [modern.state.any-pod]', async () => {
    const elicitation = (params: Record<string, unknown>) => ({
      action: 'accept',
      content: { answer: params['message'] },
    });
    const client = await connect({ fetch: through, name: label, answers: { elicitation } });
    for (let call = 0; call < 4; call += 1) {
      const trail = JSON.parse(await client.call('two_rounds')) as { answer: string }[];
      expect(trail.map((step) => step.answer)).toEqual(['first', 'second']);
    }
    await client.close();
  });
});
