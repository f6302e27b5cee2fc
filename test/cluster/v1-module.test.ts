import { describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { connectMode } from './client-v2.ts';
import { FIXTURE_V1, useDeployment } from './deployment.ts';
import { postModern } from './modern-wire.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually } from './settle.ts';
import { messagesOf, openSession, textOf } from './wire.ts';

const deployment = useDeployment({ module: FIXTURE_V1 });

describe('a server of SDK v1', () => {
  test('serves 2026-07-28 with the checks of that revision [modern.v1.served]', async () => {
    const [a, b, c] = deployment.pods;
    const [discovered] = await messagesOf(await postModern(a, 'server/discover'));
    const serverInfo = { name: 'cluster-fixture-v1', version: '1.0.0' };
    expect(discovered?.result).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { logging: {}, tools: { listChanged: true } },
      _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo },
    });
    const [listed] = await messagesOf(await postModern(b, 'tools/list'));
    expect(listed?.result).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    const echo = { name: 'echo', arguments: { text: 'works' } };
    expect(textOf((await messagesOf(await postModern(c, 'tools/call', echo))).at(-1))).toBe('works');

    const answers = [
      await postModern(a, 'tools/call', echo, { 'mcp-name': 'other' }),
      await postModern(b, 'tools/list', {}, { 'mcp-protocol-version': null }),
      await postModern(c, 'prompts/list'),
      await postModern(a, 'tools/call', { name: 'nothing' }),
    ];
    const codes = answers.map(async (answer) => [answer.status, (await messagesOf(answer)).at(-1)?.error?.code]);
    expect(await Promise.all(codes)).toEqual([
      [400, -32020],
      [400, -32020],
      [404, -32601],
      [200, -32602],
    ]);
  });

  test('tells whoever asked for it of its progress, and logs from the level that the request names [modern.v1.served]', async () => {
    const [a, b] = deployment.pods;
    const _meta = { progressToken: 'p', 'io.modelcontextprotocol/logLevel': 'error' };
    const slow = { name: 'slow', arguments: { steps: 2, ms: 1 }, _meta };
    const messages = await messagesOf(await postModern(a, 'tools/call', slow));
    expect(messages.map(({ params }) => params?.['progress'])).toEqual([1, 2, undefined]);
    const logged = await messagesOf(await postModern(b, 'tools/call', { name: 'log', _meta }));
    expect(logged.map(({ params }) => params?.['level'])).toEqual(['error', undefined]);
    const silent = await messagesOf(await postModern(b, 'tools/call', { name: 'log' }));
    expect(silent.map(({ method }) => method)).toEqual([undefined]);
  });

  test('a client that disconnects cancels its call [modern.v1.served] [modern.disconnect.cancels]', async () => {
    const [a] = deployment.pods;
    const key = 'v1-modern';
    const gone = new AbortController();
    const call = postModern(a, 'tools/call', { name: 'wait_cancel', arguments: { key } }, {}, gone.signal);
    call.catch(() => undefined);
    await eventually(() => expect(deployment.journal(key, 'started')).toHaveLength(1));
    gone.abort();
    await eventually(() => expect(deployment.journal(key, 'aborted')).toHaveLength(1));
  });

  test.each(['auto', { pin: '2026-07-28' }] as const)(
    'a client of SDK v2 in mode %j takes 2026-07-28 [modern.v1.served]',
    async (mode) => {
      const name = { action: 'accept', content: { name: 'Ada' } };
      const answers = { elicitation: () => name };
      const client = await connectMode(mode, { fetch: alternating(deployment.pods), answers });
      expect(client.era).toBe('modern');
      expect(await client.call('echo', { text: 'works' })).toBe('works');
      expect(JSON.parse(await client.call('ask'))).toEqual(name);
      await client.close();
    },
  );

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
