import { describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually, settled } from './settle.ts';
import { readStream, type StreamReader } from './stream-reader.ts';
import { type Message, messagesOf, openSession, type WireSession } from './wire.ts';

const deployment = useDeployment();

async function resources(
  session: WireSession,
  pod: URL,
  verb: 'subscribe' | 'unsubscribe',
  uri: string,
): Promise<void> {
  const response = await session.send(pod, { jsonrpc: '2.0', id: verb, method: `resources/${verb}`, params: { uri } });
  expect(await messagesOf(response)).toMatchObject([{ id: verb, result: {} }]);
}

async function touch(session: WireSession, pod: URL, uri: string): Promise<void> {
  await messagesOf(await session.call(pod, 'touch', 'touch', { uri }));
}

const isUpdate = (message: Message) => message.method === 'notifications/resources/updated';

/** The URIs of all updates up to and with that of `last`. */
async function updatesUntil(stream: StreamReader, last: string): Promise<unknown[]> {
  const updates: unknown[] = [];
  await settled(
    stream.until((message) => {
      if (isUpdate(message)) updates.push(message.params?.['uri']);
      return isUpdate(message) && message.params?.['uri'] === last;
    }),
    'the update',
  );
  return updates;
}

describe('resources/subscribe', () => {
  test('hears of changes that a handler of any session reports on any pod [legacy.subscribe.everywhere]', async () => {
    const [a, b, c] = deployment.pods;
    const [subscriber, other] = await Promise.all([openSession(a), openSession(c)]);
    await resources(subscriber, a, 'subscribe', 'note://one');
    const stream = readStream(await subscriber.listen(b));
    for (const pod of [a, b, c]) {
      await touch(subscriber, pod, 'note://one');
      expect(await updatesUntil(stream, 'note://one')).toEqual(['note://one']);
    }
    await touch(other, a, 'note://one');
    expect(await updatesUntil(stream, 'note://one')).toEqual(['note://one']);
    await stream.cut();
  });

  test('hears of nothing else, and nothing after resources/unsubscribe on another pod [legacy.subscribe.everywhere]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    for (const uri of ['note://kept', 'note://left']) await resources(session, b, 'subscribe', uri);
    const stream = readStream(await session.listen(a));
    await touch(session, c, 'note://other');
    await touch(session, c, 'note://left');
    expect(await updatesUntil(stream, 'note://left')).toEqual(['note://left']);
    await resources(session, c, 'unsubscribe', 'note://left');
    await touch(session, b, 'note://left');
    await touch(session, b, 'note://kept');
    expect(await updatesUntil(stream, 'note://kept')).toEqual(['note://kept']);
    await stream.cut();
  });

  test('made while the standing stream is open on another pod holds at once [legacy.subscribe.everywhere]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const stream = readStream(await session.listen(b));
    await resources(session, c, 'subscribe', 'note://late');
    await touch(session, a, 'note://late');
    expect(await updatesUntil(stream, 'note://late')).toEqual(['note://late']);
    await stream.cut();
  });

  test("is the session's own [legacy.session.anonymous]", async () => {
    const [a, b] = deployment.pods;
    const [one, two] = await Promise.all([openSession(a), openSession(a)]);
    await resources(one, a, 'subscribe', 'note://of-one');
    await resources(two, a, 'subscribe', 'note://of-two');
    const stream = readStream(await two.listen(b));
    await touch(two, a, 'note://of-one');
    await touch(two, a, 'note://of-two');
    expect(await updatesUntil(stream, 'note://of-two')).toEqual(['note://of-two']);
    await stream.cut();
  });

  test.each(OFFICIAL_CLIENTS)('$label [legacy.subscribe.everywhere]', async ({ connect }) => {
    const heard: unknown[] = [];
    const on = {
      'notifications/resources/updated': (params: Record<string, unknown>) => void heard.push(params['uri']),
    };
    const client = await connect({ fetch: alternating(deployment.pods), on });
    await client.subscribe('note://client');
    await client.call('touch', { uri: 'note://client' });
    await eventually(() => expect(heard).toEqual(['note://client']));
    await client.unsubscribe('note://client');
    await client.subscribe('note://last');
    await client.call('touch', { uri: 'note://client' });
    await client.call('touch', { uri: 'note://last' });
    await eventually(() => expect(heard).toEqual(['note://client', 'note://last']));
    await client.close();
  });
});
