import { describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { connectMode } from './client-v2.ts';
import { FIXTURE_V1, useDeployment } from './deployment.ts';
import { postModern } from './modern-wire.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually } from './settle.ts';
import { LEGACY_VERSIONS, messagesOf, openSession, textOf } from './wire.ts';

const deployment = useDeployment({ module: FIXTURE_V1 });

describe('a server of SDK v1', () => {
  test('a modern client is refused without a code of its revision, after which some do not fall back [modern.v1.refused]', async () => {
    for (const method of ['server/discover', 'tools/list']) {
      const response = await postModern(deployment.pods[0], method);
      expect(response.status).toBe(400);
      const [message] = await messagesOf(response);
      const supported = expect.arrayContaining([...LEGACY_VERSIONS]);
      expect(message).toMatchObject({ id: 'modern', error: { code: -32000, data: { supported } } });
      expect(message?.error?.message).toContain('initialize');
    }
  });

  test('a client of SDK v2 that may choose falls back to the 2025 era [modern.v1.refused]', async () => {
    const client = await connectMode('auto', { fetch: alternating(deployment.pods) });
    expect(client.era).toBe('legacy');
    expect(await client.call('echo', { text: 'works' })).toBe('works');
    await client.close();
    await expect(connectMode({ pin: '2026-07-28' }, { fetch: alternating(deployment.pods) })).rejects.toThrow();
  });

  test.each(OFFICIAL_CLIENTS)(
    'lists, calls and follows progress over all pods: $label [legacy.rehydrate.negotiated] [legacy.initialized.every-server]',
    async ({ label, connect }) => {
      const client = await connect({ fetch: alternating(deployment.pods), name: label });
      expect(await client.tools()).toContain('echo');
      const seen: number[] = [];
      const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
      expect(await client.call('slow', { steps: 4, ms: 20 }, { onprogress })).toBe('4 steps');
      expect(seen).toEqual([1, 2, 3, 4]);
      for (let call = 0; call < 3; call += 1) {
        expect(JSON.parse(await client.call('whoami'))).toMatchObject({
          client: { name: label },
          session: client.sessionId,
        });
      }
      const initialized = deployment.journal(label, 'initialized').map(({ pid }) => pid);
      expect([initialized.length, new Set(initialized).size]).toEqual([3, 3]);
      await client.close();
    },
  );

  test.each([0, 'name'])('request %s is cancelled from another pod [legacy.cancel.any-pod]', async (id) => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const key = `v1-${id}`;
    const call = session.call(b, id, 'wait_cancel', { key }).then(messagesOf);
    await eventually(() => expect(deployment.journal(key, 'started')).toHaveLength(1));
    await session.send(c, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
    await eventually(() => expect(deployment.journal(key, 'aborted')).toHaveLength(1));
    expect(await call).toEqual([]);
  });

  test("logging/setLevel also holds for what bypasses the SDK's filter [legacy.log-level.every-pod]", async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const params = { level: 'error' };
    await messagesOf(await session.send(b, { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params }));
    const messages = await messagesOf(await session.call(c, 2, 'log'));
    expect(messages.slice(0, -1).map((message) => message.params?.['level'])).toEqual(['error']);
    expect(textOf(messages.at(-1))).toBe('logged');
  });
});
