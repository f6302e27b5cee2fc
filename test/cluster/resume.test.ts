import { describe, expect, test } from 'vitest';
import { alternating, type FetchLike } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually, settled } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { LEGACY_VERSIONS, type Message, openSession, textOf } from './wire.ts';

const deployment = useDeployment();

/** Progress numbers, then the id of the response. */
function outline(messages: readonly Message[]): unknown[] {
  return messages.map((message) => message.params?.['progress'] ?? message.id);
}

function isProgress(step: number) {
  return (message: Message) => message.params?.['progress'] === step;
}

describe.each(LEGACY_VERSIONS)('a stream that was cut, %s', (version) => {
  test('goes on on another pod while the tool runs [legacy.resume.any-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a, { version });
    const first = readStream(await session.call(b, 1, 'slow', { steps: 8, ms: 100 }, 'token'));
    await first.until(isProgress(2));
    await first.cut();
    const resumed = await session.listen(c, lastEventId(first.events));
    expect(resumed.status).toBe(200);
    expect(outline(await readStream(resumed).rest())).toEqual([3, 4, 5, 6, 7, 8, 1]);
  });

  test('is replayed on another pod after the tool has finished [legacy.resume.any-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a, { version });
    const key = `finished-${version}`;
    const first = readStream(await session.call(b, 2, 'slow', { steps: 5, ms: 30, key }, 'token'));
    await first.until(isProgress(1));
    await first.cut();
    await eventually(() => expect(deployment.journal(key, 'finished')).toHaveLength(1));
    for (const pod of [c, b, a]) {
      const again = readStream(await session.listen(pod, lastEventId(first.events)));
      expect(outline(await again.rest())).toEqual([2, 3, 4, 5, 2]);
    }
  });
});

describe('each event exactly once and in order', () => {
  test('through two cuts and three pods [legacy.resume.exactly-once]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const first = readStream(await session.call(a, 3, 'slow', { steps: 12, ms: 80 }, 'token'));
    await first.until(isProgress(2));
    await first.cut();
    const second = readStream(await session.listen(b, lastEventId(first.events)));
    await second.until(isProgress(6));
    await second.cut();
    const third = readStream(await session.listen(c, lastEventId(second.events)));
    expect(outline(await third.rest())).toEqual([7, 8, 9, 10, 11, 12, 3]);
    const events = [first, second, third].flatMap((stream) => stream.events).filter(({ data }) => data !== '');
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  test('from the priming event: all of it [legacy.resume.any-pod]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const first = readStream(await session.call(a, 4, 'slow', { steps: 3, ms: 50 }, 'token'));
    const priming = await first.next();
    await first.cut();
    const resumed = readStream(await session.listen(b, priming?.id ?? ''));
    expect(outline(await resumed.rest())).toEqual([1, 2, 3, 4]);
  });

  test('of a call that became SSE by time alone [legacy.resume.any-pod]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const first = readStream(await session.call(a, 5, 'slow', { steps: 1, ms: 2500 }));
    const priming = await first.next();
    await first.cut();
    const resumed = await readStream(await session.listen(b, priming?.id ?? '')).rest();
    expect(resumed.map(textOf)).toEqual(['1 steps']);
  });

  test('the newest connection gets the rest, the older one ends [legacy.resume.exactly-once]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const first = readStream(await session.call(a, 6, 'slow', { steps: 10, ms: 100 }, 'token'));
    await first.until(isProgress(2));
    const from = lastEventId(first.events);
    await first.cut();
    const older = readStream(await session.listen(b, from));
    await older.until(isProgress(3));
    const newer = readStream(await session.listen(c, from));
    expect(outline(await newer.rest())).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 6]);
    await settled(older.rest(), 'the older connection');
  });
});

describe('an event id of elsewhere', () => {
  test('of another session gives nothing of it [legacy.resume.foreign]', async () => {
    const [a, b] = deployment.pods;
    const [owner, stranger] = await Promise.all([
      openSession(a, { name: 'owner' }),
      openSession(a, { name: 'stranger' }),
    ]);
    const stream = readStream(await owner.call(a, 1, 'slow', { steps: 3, ms: 10 }, 'private'));
    await stream.rest();
    const from = stream.events[0]?.id ?? '';
    for (const pod of [a, b]) {
      const response = await stranger.listen(pod, from);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toContain('private');
    }
  });

  test.each(['nonsense', 'x.1.2.3.4', 'g.0.0-0.0-0'])('%s is refused [legacy.resume.foreign]', async (id) => {
    const session = await openSession(deployment.pods[0]);
    const response = await session.listen(deployment.pods[1], id);
    expect(response.status).toBe(400);
    await response.body?.cancel();
  });
});

/** Ends the first answer stream of a tool call in the middle, as a proxy does. */
function cutting(fetch: FetchLike, afterEvents: number): FetchLike {
  let armed = true;
  return async (url, init) => {
    const response = await fetch(url, init);
    const isCall = typeof init?.body === 'string' && init.body.includes('"tools/call"');
    if (!armed || !isCall || response.body === null) return response;
    armed = false;
    let events = 0;
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        events += 1;
        if (events >= afterEvents) controller.error(new Error('connection cut'));
      },
    });
    return new Response(response.body.pipeThrough(cut), { status: response.status, headers: response.headers });
  };
}

describe.each(OFFICIAL_CLIENTS)('the official client resumes by itself: $label', ({ connect }) => {
  test('and its caller sees every progress once, and the result [legacy.resume.exactly-once]', async () => {
    const client = await connect({ fetch: cutting(alternating(deployment.pods), 3) });
    const seen: number[] = [];
    const result = await client.call(
      'slow',
      { steps: 10, ms: 150 },
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    expect(result).toBe('10 steps');
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await client.close();
  });
});
