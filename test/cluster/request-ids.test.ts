import { describe, expect, test } from 'vitest';
import { FIXTURE, FIXTURE_V1, useDeployment } from './deployment.ts';
import { eventually, settled } from './settle.ts';
import { messagesOf, openSession, textOf, type WireSession } from './wire.ts';

async function idSeen(session: WireSession, pod: URL, id: string | number, args: object = {}): Promise<unknown> {
  const [message] = await messagesOf(await session.call(pod, id, 'request_id', args));
  expect(message?.id).toBe(id);
  return (JSON.parse(textOf(message)) as { id: unknown }).id;
}

describe.each([
  ['SDK v2', FIXTURE],
  ['SDK v1', FIXTURE_V1],
])('the id of a request that a tool of %s reads', (sdk, module) => {
  const deployment = useDeployment({ module });

  test("is the client's own, on every pod [legacy.request.id]", async () => {
    const session = await openSession(deployment.pods[0]);
    for (const id of [1, 0, -3, '1', 'a "name"', 1]) {
      for (const pod of deployment.pods) expect(await idSeen(session, pod, id)).toBe(id);
    }
  });

  test('may be used by two calls at once: each gets its own answer [legacy.request.same-id]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    for (const [first, second] of [
      [b, b],
      [a, b],
    ] as const) {
      const key = `twice-${sdk}-${first === second}`;
      const slow = session.call(first, 1, 'request_id', { key, ms: 1500 }).then(messagesOf);
      await eventually(() => expect(deployment.journal(key, 'started')).toHaveLength(1));
      expect((await messagesOf(await session.call(second, 1, 'echo', { text: 'quick' }))).map(textOf)).toEqual([
        'quick',
      ]);
      expect((await settled(slow, 'the slow call')).map(textOf)).toEqual(['{"id":1}']);
    }
  });

  test.each([0, 1])(
    'may be cancelled while two calls have it: one of them stops, the other is answered [legacy.request.same-id]',
    async (id) => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      const keys = [`both-${sdk}-${id}-1`, `both-${sdk}-${id}-2`];
      const calls = keys.map((key) => session.call(b, id, 'request_id', { key, ms: 3000 }).then(messagesOf));
      await eventually(() => expect(keys.flatMap((key) => deployment.journal(key, 'started'))).toHaveLength(2));
      await session.send(c, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
      await eventually(() => expect(keys.flatMap((key) => deployment.journal(key, 'aborted'))).toHaveLength(1));
      const answers = await settled(Promise.all(calls), 'both calls');
      expect(answers.map((messages) => messages.length).sort()).toEqual([0, 1]);
    },
  );
});
