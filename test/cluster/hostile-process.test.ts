import { afterEach, describe, expect, test } from 'vitest';
import { holdCall, startNeighbour, useHostilePods } from './hostile-deployment.ts';
import { settled } from './settle.ts';
import { messagesOf, openSession, textOf } from './wire.ts';

describe.each(['v2', 'v1'])('a handler of %s that harms its process', (module) => {
  describe('but not for good', () => {
    const pods = useHostilePods({ module, store: 'redis' });

    test.each([
      ['unhandled', 'hostile: unhandled'],
      ['unhandled-later', 'hostile: unhandled later'],
    ])('%s: is logged, and nobody else notices', async (fault, log) => {
      const neighbour = await startNeighbour(pods.here, `beside-${fault}`);
      const session = await openSession(pods.there);
      const answers = await settled(session.call(pods.here, 1, fault).then(messagesOf), fault);
      expect(answers.at(-1)).toMatchObject({ id: 1, result: { structuredContent: {} } });
      await neighbour.tick();
      expect(await neighbour.end()).toBe('held to its end');
      expect(pods.logs()).toContain(log);
    });

    test('what cannot be read at all gets an error too', async () => {
      const session = await openSession(pods.there);
      for (const [method, params] of [
        ['tools/call', { name: 'throw-nothing-readable', arguments: {} }],
        ['prompts/get', { name: 'throw-nothing-readable' }],
        ['resources/read', { uri: 'hostile://throw-nothing-readable' }],
      ] as const) {
        const asked = session.send(pods.here, { jsonrpc: '2.0', id: method, method, params });
        const [answer] = await settled(asked.then(messagesOf), method);
        expect(answer).toMatchObject({ id: method, error: { code: -32_603 } });
        expect(answer?.error?.message).toContain('threw something without a message');
      }
    });

    test('block: is told in the log, and what waits goes on', async () => {
      const neighbour = await startNeighbour(pods.here, 'beside-block');
      const session = await openSession(pods.there);
      const answers = await settled(session.call(pods.here, 1, 'block').then(messagesOf), 'block', 30_000);
      expect(answers.at(-1)).toMatchObject({ id: 1, result: { structuredContent: {} } });
      await neighbour.tick();
      expect(await neighbour.end()).toBe('held to its end');
    });
  });

  describe('for good', () => {
    const pods = useHostilePods({ module, store: 'redis' });
    afterEach(async () => {
      await Promise.all(pods.processes.map((pod) => pod.kill9()));
    });

    test('uncaught: the pod drains, so that others’ calls end, and exits 1', async () => {
      const beside = await openSession(pods.here);
      const held = await holdCall(beside, pods.here, 'beside-uncaught');
      const session = await openSession(pods.here);
      const answers = await settled(session.call(pods.here, 1, 'uncaught').then(messagesOf), 'uncaught');
      expect(answers.at(-1)).toMatchObject({ id: 1, result: { structuredContent: {} } });
      await messagesOf(await beside.call(pods.here, 2, 'release', { key: 'beside-uncaught' }));
      expect(textOf((await settled(held.rest(), 'the held call')).at(-1))).toBe('held to its end');
      expect(
        await settled(pods.processes[0]?.process.exited ?? Promise.reject(new Error('no pod')), 'the pod', 60_000),
      ).toMatchObject({
        code: 1,
      });
      expect(pods.logs()).toContain('hostile: uncaught');
    });
  });
});
