import { describe, expect, test } from 'vitest';
import { alternating, choosing, rpcMethod } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { LEGACY_VERSIONS, messagesOf, openSession, post, textOf } from './wire.ts';

const deployment = useDeployment();

interface WhoAmI {
  readonly client: { name: string; version: string };
  readonly capabilities: Record<string, unknown>;
  readonly version: string;
  readonly session: string;
  readonly pid: number;
}

describe.each(OFFICIAL_CLIENTS)('initialize on one pod, everything else on others: $label', ({ label, connect }) => {
  test('lists and calls on pods that never saw the initialize [legacy.initialize.stored-first]', async () => {
    let next = 0;
    const fetch = choosing(deployment.pods, (request) => (rpcMethod(request) === 'initialize' ? 0 : 1 + (next++ % 2)));
    const client = await connect({ fetch, name: label });
    expect(client.sessionId).toMatch(/^[\x21-\x7e]+$/);
    expect(await client.tools()).toContain('echo');
    expect(await client.call('echo', { text: 'one' })).toBe('one');
    expect(await client.call('echo', { text: 'two' })).toBe('two');
    await client.close();
  });

  test('takes a different pod for every request [legacy.initialize.stored-first]', async () => {
    const client = await connect({ fetch: alternating(deployment.pods), name: label });
    const seen = new Set<number>();
    for (let call = 0; call < 6; call += 1) seen.add((JSON.parse(await client.call('whoami')) as WhoAmI).pid);
    expect(seen.size).toBe(3);
    await client.close();
  });
});

describe('what a rehydrated server knows', () => {
  test.each(LEGACY_VERSIONS)(
    'client, capabilities and revision %s are right on each pod [legacy.rehydrate.negotiated]',
    async (version) => {
      const [a] = deployment.pods;
      const capabilities = { elicitation: { form: {} }, sampling: {} };
      const session = await openSession(a, { version, capabilities, name: `knows-${version}` });
      expect(session.initialized.result?.['protocolVersion']).toBe(version);
      for (const pod of deployment.pods) {
        const [message] = await messagesOf(await session.call(pod, 1, 'whoami'));
        const known = JSON.parse(textOf(message)) as WhoAmI;
        expect(known).toMatchObject({
          client: { name: `knows-${version}`, version: '1.2.3' },
          version,
          session: session.id,
        });
        expect(known.capabilities).toMatchObject(capabilities);
      }
    },
  );

  test('a capability that the client lacks is refused on each pod [legacy.rehydrate.negotiated]', async () => {
    const session = await openSession(deployment.pods[0], { capabilities: {} });
    for (const pod of deployment.pods) {
      const [message] = await messagesOf(await session.call(pod, 1, 'ask'));
      expect(textOf(message)).toContain('does not support form elicitation');
    }
  });
});

describe('notifications/initialized', () => {
  test('reaches every server of the session exactly once, wherever it lands [legacy.initialized.every-server]', async () => {
    const [a, b, c] = deployment.pods;
    const name = 'initialized-once';
    const session = await openSession(a, { name });
    for (const pod of [a, c]) await messagesOf(await session.call(pod, 1, 'whoami'));
    expect(deployment.journal(name, 'initialized')).toHaveLength(0);
    const response = await session.send(b, { jsonrpc: '2.0', method: 'notifications/initialized' });
    expect(response.status).toBe(202);
    const pids = () => new Set(deployment.journal(name, 'initialized').map(({ pid }) => pid));
    expect(pids().size).toBe(3);
    for (const pod of [a, b, c, b]) await messagesOf(await session.call(pod, 2, 'whoami'));
    expect(deployment.journal(name, 'initialized')).toHaveLength(3);
  });
});

describe('initialize', () => {
  test('answers an unknown revision with one that it has', async () => {
    const params = { protocolVersion: '1999-01-01', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
    const response = await post(deployment.pods[0], { jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const [message] = await messagesOf(response);
    expect(message?.result?.['protocolVersion']).toBe('2025-11-25');
    expect(response.headers.get('mcp-session-id')).not.toBeNull();
  });

  test('two sessions are two [legacy.session.anonymous]', async () => {
    const [a, b] = deployment.pods;
    const [one, two] = await Promise.all([openSession(a, { name: 'one' }), openSession(b, { name: 'two' })]);
    expect(one.id).not.toBe(two.id);
    const [message] = await messagesOf(await two.call(a, 1, 'whoami'));
    expect((JSON.parse(textOf(message)) as WhoAmI).client.name).toBe('two');
  });
});
