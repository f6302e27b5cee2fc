import { describe, expect, test } from 'vitest';
import { FIXTURE, FIXTURE_V1, useDeployment } from './deployment.ts';
import { settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { openSession, textOf } from './wire.ts';

const STEPS = 40;

describe.each([
  ['SDK v2', FIXTURE, 'ask'],
  ['SDK v1', FIXTURE_V1, 'ask_patiently'],
])('a tool of %s asks', (sdk, module, tool) => {
  const deployment = useDeployment({ module });

  test.each([0, 1, 2])(
    'progress posted to all pods in turn, and the answer to pod %d, come in the order of the posts [legacy.question.progress-order]',
    async (answeredAt) => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      const key = `order-${sdk}-${answeredAt}`;
      const stream = readStream(await session.call(a, 1, tool, { key }));
      const question = await stream.until(({ method }) => method === 'elicitation/create');
      const progressToken = question.params?._meta?.['progressToken'];
      for (let progress = 1; progress <= STEPS; progress += 1) {
        const pod = [c, a, b][progress % 3] as URL;
        const params = { progressToken, progress };
        const sent = await session.send(pod, { jsonrpc: '2.0', method: 'notifications/progress', params });
        expect(sent.status).toBe(202);
      }
      const result = { action: 'accept', content: { name: 'Ada' } };
      await session.send(deployment.pods[answeredAt] as URL, { jsonrpc: '2.0', id: question.id as string, result });
      expect(textOf((await settled(stream.rest(), 'the call')).at(-1))).toContain('Ada');
      // The handler has its answer, so what it has not seen by now it never sees.
      const seen = deployment.journal(key, 'question-progress').map(({ value }) => value);
      expect(seen).toEqual(Array.from({ length: STEPS }, (_, index) => index + 1));
    },
  );
});
