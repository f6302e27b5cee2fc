import { describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { LOG_LEVELS } from './fixture-tools.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { messagesOf, openSession, type WireSession } from './wire.ts';

const deployment = useDeployment();

async function levels(session: WireSession, pod: URL): Promise<unknown[]> {
  const messages = await messagesOf(await session.call(pod, 1, 'log'));
  return messages.filter(({ method }) => method === 'notifications/message').map(({ params }) => params?.['level']);
}

async function setLevel(session: WireSession, pod: URL, level: string): Promise<void> {
  const response = await session.send(pod, {
    jsonrpc: '2.0',
    id: 'level',
    method: 'logging/setLevel',
    params: { level },
  });
  expect(await messagesOf(response)).toMatchObject([{ id: 'level', result: {} }]);
}

describe('logging/setLevel', () => {
  test('holds on every pod as soon as it is answered, also where the session is cached [legacy.log-level.every-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    for (const pod of [a, b, c]) expect(await levels(session, pod)).toEqual(LOG_LEVELS);
    for (const [from, level] of LOG_LEVELS.entries()) {
      await setLevel(session, [a, b, c][from % 3] as URL, level);
      const heard = await Promise.all([a, b, c].map((pod) => levels(session, pod)));
      expect(heard).toEqual([0, 1, 2].map(() => LOG_LEVELS.slice(from)));
    }
  });

  test('can be lowered again [legacy.log-level.every-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    await setLevel(session, b, 'error');
    expect(await levels(session, c)).toEqual(LOG_LEVELS.slice(4));
    await setLevel(session, c, 'debug');
    expect(await levels(session, b)).toEqual(LOG_LEVELS);
  });

  test("is the session's own [legacy.session.anonymous]", async () => {
    const [a, b] = deployment.pods;
    const [one, two] = await Promise.all([openSession(a), openSession(a)]);
    await setLevel(one, a, 'emergency');
    expect(await levels(two, b)).toEqual(LOG_LEVELS);
  });

  test('an unknown level is refused', async () => {
    const session = await openSession(deployment.pods[0]);
    const message = { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'loud' } };
    const [answer] = await messagesOf(await session.send(deployment.pods[1], message));
    expect(answer?.error?.code).toBe(-32602);
    expect(await levels(session, deployment.pods[2])).toEqual(LOG_LEVELS);
  });

  test.each(OFFICIAL_CLIENTS)('$label [legacy.log-level.every-pod]', async ({ connect }) => {
    const heard: unknown[] = [];
    const on = { 'notifications/message': (params: Record<string, unknown>) => void heard.push(params['level']) };
    const client = await connect({ fetch: alternating(deployment.pods), on });
    await client.setLogLevel('error');
    await client.call('log');
    expect(heard).toEqual(LOG_LEVELS.slice(4));
    await client.close();
  });
});
