import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { readStream } from './stream-reader.ts';
import { LEGACY_VERSIONS, messagesOf, openSession, parse, textOf } from './wire.ts';

const deployment = useDeployment();

function expectStream(response: Response): void {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
}

describe.each(LEGACY_VERSIONS)('the answer of a call, %s', (version) => {
  test('is JSON where the handler finishes first [legacy.answer.json]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a, { version });
    const response = await session.call(b, 'id-1', 'echo', { text: 'quick' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const [message] = await messagesOf(response);
    expect(message).toMatchObject({ jsonrpc: '2.0', id: 'id-1' });
    expect(textOf(message)).toBe('quick');
  });

  test('is SSE from the first related message on, in order, every event with its own id [legacy.answer.sse] [legacy.answer.sse-headers]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a, { version });
    const response = await session.call(b, 7, 'slow', { steps: 5, ms: 20 }, 'token');
    expectStream(response);
    const stream = readStream(response);
    const messages = await stream.rest();
    expect(messages.map((message) => message.params?.['progress'] ?? message.id)).toEqual([1, 2, 3, 4, 5, 7]);
    expect(messages[0]?.params?.['progressToken']).toBe('token');
    expect(textOf(messages.at(-1))).toBe('5 steps');
    const ids = stream.events.map((event) => event.id);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('is SSE where the handler is silent for longer than upgradeAfterMs [legacy.answer.sse]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a, { version });
    const response = await session.call(b, 8, 'slow', { steps: 1, ms: 2000 });
    expectStream(response);
    expect((await messagesOf(response)).map(textOf)).toEqual(['1 steps']);
  });

  test('starts with a priming event and retry from 2025-11-25 on, and never before [legacy.answer.priming]', async () => {
    const session = await openSession(deployment.pods[0], { version });
    const stream = readStream(await session.call(deployment.pods[1], 9, 'slow', { steps: 2, ms: 10 }, 'token'));
    await stream.rest();
    const [first] = stream.events;
    if (version === '2025-11-25') {
      expect(first).toMatchObject({ data: '', id: expect.any(String), retry: expect.any(Number) });
      expect(stream.events.slice(1).every((event) => event.data !== '')).toBe(true);
    } else {
      expect(stream.events.every((event) => event.data !== '')).toBe(true);
      expect(first === undefined ? undefined : parse(first).method).toBe('notifications/progress');
    }
  });
});

describe('event ids', () => {
  test('are unique in the session across pods', async () => {
    const session = await openSession(deployment.pods[0]);
    const streams = await Promise.all(
      deployment.pods.map(async (pod, index) =>
        readStream(await session.call(pod, index, 'slow', { steps: 3, ms: 10 }, 't')),
      ),
    );
    for (const stream of streams) await stream.rest();
    const ids = streams.flatMap((stream) => stream.events.map((event) => event.id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('concurrent calls with the same kind of answer keep to their own streams', async () => {
    const session = await openSession(deployment.pods[0]);
    const calls = Array.from({ length: 9 }, async (_, id) => {
      const pod = deployment.pods[id % 3] as URL;
      const messages = await messagesOf(await session.call(pod, id, 'slow', { steps: 1 + id, ms: 5 }, `token-${id}`));
      expect(messages.at(-1)?.id).toBe(id);
      expect(messages.slice(0, -1).map((message) => message.params?.['progressToken'])).toEqual(
        Array.from({ length: 1 + id }, () => `token-${id}`),
      );
    });
    await Promise.all(calls);
  });
});
