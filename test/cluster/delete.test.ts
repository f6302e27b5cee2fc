import { describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually, settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { messagesOf, openSession, sessionOf, type WireSession } from './wire.ts';

const deployment = useDeployment();

const PING = { jsonrpc: '2.0', id: 'ping', method: 'ping' };

async function expectGone(session: WireSession): Promise<void> {
  const responses = await Promise.all(
    deployment.pods.flatMap((pod) => [session.send(pod, PING), session.listen(pod), session.end(pod)]),
  );
  expect(responses.map((response) => response.status)).toEqual(responses.map(() => 404));
  for (const response of responses) expect((await messagesOf(response))[0]?.error?.message).toMatch(/\S/);
}

describe('DELETE', () => {
  test('once it is answered, every pod answers 404, those that cached the session too [legacy.delete.confirmed]', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a] = deployment.pods;
      const session = await openSession(a);
      for (const pod of deployment.pods) await messagesOf(await session.send(pod, PING));
      const response = await session.end(deployment.pods[round % 3] as URL);
      expect(response.ok).toBe(true);
      await expectGone(session);
    }
  });

  test('streams end and handlers are aborted on all pods [legacy.delete.ends-streams] [legacy.delete.aborts]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const standing = readStream(await session.listen(a)).rest();
    const running = session.call(b, 1, 'wait_cancel', { key: 'delete-json' });
    const stream = readStream(await session.call(b, 2, 'wait_cancel', { key: 'delete-stream' }));
    const priming = await stream.next();
    await stream.cut();
    const followed = readStream(await session.listen(c, priming?.id ?? '')).rest();
    await eventually(() => expect(deployment.journal('delete-json', 'started')).toHaveLength(1));
    expect((await session.end(c)).ok).toBe(true);
    await expectGone(session);
    await settled(Promise.all([standing, followed, running.then((response) => response.text())]), 'the streams');
    for (const key of ['delete-json', 'delete-stream']) {
      await eventually(() => expect(deployment.journal(key, 'aborted')).toHaveLength(1));
    }
  });

  test('a question that waits ends with its session [legacy.delete.ends-streams]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const stream = readStream(await session.call(a, 1, 'ask'));
    const question = await stream.until(({ method }) => method === 'elicitation/create');
    expect((await session.end(b)).ok).toBe(true);
    await settled(stream.rest(), 'the stream');
    const answer = { jsonrpc: '2.0', id: question.id, result: { action: 'decline' } };
    expect((await session.send(c, answer)).status).toBe(404);
  });

  test('leaves other sessions alone [legacy.session.anonymous]', async () => {
    const [a, b, c] = deployment.pods;
    const [gone, kept] = await Promise.all([openSession(a), openSession(a)]);
    await gone.end(b);
    expect((await kept.send(c, PING)).status).toBe(200);
  });

  test.each(OFFICIAL_CLIENTS)('$label terminates its session [legacy.delete.confirmed]', async ({ connect }) => {
    const client = await connect({ fetch: alternating(deployment.pods) });
    await client.call('echo', { text: 'x' });
    const id = client.sessionId ?? '';
    await client.terminate();
    await expectGone(sessionOf(id, '2025-11-25'));
    await client.close();
  });
});
