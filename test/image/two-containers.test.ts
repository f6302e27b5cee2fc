import { Network, type StartedNetwork, type StartedTestContainer } from 'testcontainers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { type Message, messagesOf, openSession, textOf } from '../cluster/wire.ts';
import { type BuiltImage, buildImage, serverOf } from './build-image.ts';
import { type AnypodContainer, startAnypod, startRedis } from './containers.ts';

const LEASE_MS = 1500;

let network: StartedNetwork;
let redis: StartedTestContainer;
let image: BuiltImage;
let running: AnypodContainer[] = [];

beforeAll(async () => {
  network = await new Network().start();
  [redis, image] = await Promise.all([startRedis(network), buildImage(serverOf('fixture.ts'))]);
}, 120_000);

afterEach(async () => {
  await Promise.all(running.map((container) => container.remove()));
  running = [];
});

afterAll(async () => {
  await redis.stop();
  await Promise.all([network.stop(), image.remove()]);
});

async function start(): Promise<AnypodContainer> {
  const container = await startAnypod({ image: image.name, network, env: { ANYPOD_LEASE: `${LEASE_MS}` } });
  running.push(container);
  return container;
}

async function startTwo(): Promise<[AnypodContainer, AnypodContainer]> {
  return [await start(), await start()];
}

/** Progress numbers, then the id of the response. */
function outline(messages: readonly Message[]): unknown[] {
  return messages.map((message) => message.params?.['progress'] ?? message.id);
}

const isProgress = (step: number) => (message: Message) => message.params?.['progress'] === step;

describe('two containers and their Redis', () => {
  test('a session that was opened on one is used on the other [image.any-container]', async () => {
    const [one, other] = await startTwo();
    const session = await openSession(one.url, { name: 'visitor' });
    const [answer] = await messagesOf(await session.call(other.url, 1, 'whoami'));
    expect(JSON.parse(textOf(answer))).toMatchObject({ client: { name: 'visitor' }, session: session.id });
  });

  test('a stream that began on one is resumed on the other to its result [image.any-container]', async () => {
    const [one, other] = await startTwo();
    const session = await openSession(one.url);
    const first = readStream(await session.call(one.url, 1, 'slow', { steps: 8, ms: 150 }, 'token'));
    await first.until(isProgress(2));
    await first.cut();
    const second = readStream(await session.listen(other.url, lastEventId(first.events)));
    expect(outline(await second.rest())).toEqual([3, 4, 5, 6, 7, 8, 1]);
    const ids = [first, second].flatMap(({ events }) => events.flatMap(({ id, data }) => (data === '' ? [] : [id])));
    expect(new Set(ids).size).toBe(9);
  });

  test('SIGTERM lets the running call end, and the container goes with exit code 0 [image.signals]', async () => {
    const [one, other] = await startTwo();
    const session = await openSession(other.url);
    const stream = readStream(await session.call(one.url, 1, 'slow', { steps: 10, ms: 200 }, 'token'));
    await stream.until(isProgress(1));
    const ended = one.ended();
    await one.signal('SIGTERM');
    expect(outline(await stream.rest())).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 1]);
    expect(await ended).toMatchObject({ code: 0 });
    const [answer] = await messagesOf(await session.call(other.url, 2, 'echo', { text: 'still here' }));
    expect(textOf(answer)).toBe('still here');
  });

  test('after docker kill the client resumes on the other container and is told the truth [image.killed]', async () => {
    const [one, other] = await startTwo();
    const session = await openSession(one.url);
    const stream = readStream(await session.call(one.url, 1, 'slow', { steps: 600, ms: 100 }, 'token'));
    await stream.until(isProgress(2));
    await one.signal('SIGKILL');
    await stream.rest().catch(() => undefined);
    const resumed = await readStream(await session.listen(other.url, lastEventId(stream.events))).rest();
    expect(resumed.at(-1)).toMatchObject({ id: 1, error: { code: -32603, data: { reason: 'pod_lost' } } });
    const [answer] = await messagesOf(await session.call(other.url, 2, 'echo', { text: 'still here' }));
    expect(textOf(answer)).toBe('still here');
  });
});
