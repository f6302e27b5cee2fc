import { describe, expect, test } from 'vitest';
import { choosing, rpcMethod } from '../lib/pod-choosing-fetch.ts';
import { useDeployment } from './deployment.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';
import { eventually, settled } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { type Message, messagesOf, openSession, parse, type WireSession } from './wire.ts';

const deployment = useDeployment();

function says(text: string) {
  return (message: Message) => message.method === 'notifications/message' && message.params?.['data'] === text;
}

/** Lets the session's server on `pod` say something that belongs to no request. */
async function say(session: WireSession, pod: URL, text: string): Promise<void> {
  await messagesOf(await session.call(pod, `say-${text}`, 'say', { text }));
}

describe('the standing stream', () => {
  test('carries what handlers on every pod say [legacy.standing.any-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const response = await session.listen(b);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const stream = readStream(response);
    for (const [index, pod] of [a, b, c].entries()) {
      await say(session, pod, `hello-${index}`);
      await settled(stream.until(says(`hello-${index}`)), 'the message');
    }
    await stream.cut();
  });

  test('the newest connection gets the messages, the older one ends [legacy.standing.newest-wins]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const older = readStream(await session.listen(a));
    const olderRest = older.rest();
    const newer = readStream(await session.listen(b));
    await settled(olderRest, 'the older stream');
    await say(session, c, 'to the newest');
    await settled(newer.until(says('to the newest')), 'the message');
    await newer.cut();
  });

  test('on the same pod too [legacy.standing.newest-wins]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const olderRest = readStream(await session.listen(a)).rest();
    const newer = readStream(await session.listen(a));
    await settled(olderRest, 'the older stream');
    await say(session, b, 'same pod');
    await settled(newer.until(says('same pod')), 'the message');
    await newer.cut();
  });

  test('a client that comes back on another pod gets what it missed, once [legacy.standing.any-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const first = readStream(await session.listen(a));
    await say(session, c, 'before');
    await settled(first.until(says('before')), 'the first message');
    await first.cut();
    await say(session, c, 'missed-1');
    await say(session, a, 'missed-2');
    const second = readStream(await session.listen(b, lastEventId(first.events)));
    await say(session, c, 'after');
    await settled(second.until(says('after')), 'the last message');
    const texts = second.events.filter((event) => event.data !== '').map((event) => JSON.parse(event.data).params.data);
    expect(texts).toEqual(['missed-1', 'missed-2', 'after']);
    await second.cut();
  });

  test("is the session's own: another session hears nothing of it [legacy.session.anonymous]", async () => {
    const [a, b] = deployment.pods;
    const [one, two] = await Promise.all([openSession(a), openSession(a)]);
    const ofTwo = readStream(await two.listen(b));
    const ofOne = readStream(await one.listen(b));
    await say(one, a, 'for one');
    await settled(ofOne.until(says('for one')), 'the message');
    await say(two, a, 'for two');
    await settled(ofTwo.until(says('for two')), 'the message');
    expect(ofTwo.events.filter((event) => event.data.includes('for one'))).toEqual([]);
    await Promise.all([ofOne.cut(), ofTwo.cut()]);
  });

  test("the event id of another session's standing stream gives nothing of it [legacy.resume.foreign]", async () => {
    const [a, b] = deployment.pods;
    const [owner, stranger] = await Promise.all([openSession(a), openSession(a)]);
    const stream = readStream(await owner.listen(a));
    await say(owner, b, 'seen');
    await settled(stream.until(says('seen')), 'the message');
    await say(owner, b, 'secret');
    const response = await stranger.listen(b, lastEventId(stream.events));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain('secret');
    await stream.cut();
  });
});

describe('tools/list_changed of a handler', () => {
  test("reaches the session's standing stream on another pod, and no other session [legacy.standing.any-pod]", async () => {
    const [a, b, c] = deployment.pods;
    const [one, two] = await Promise.all([openSession(a), openSession(b)]);
    const ofOne = readStream(await one.listen(b));
    const ofTwo = readStream(await two.listen(c));
    const isChange = ({ method }: Message) => method === 'notifications/tools/list_changed';
    await messagesOf(await one.call(a, 1, 'change_tools'));
    await settled(ofOne.until(isChange), 'the notification');
    await say(two, a, 'nothing else');
    await settled(ofTwo.until(says('nothing else')), 'the message');
    expect(ofTwo.events.filter((event) => event.data !== '' && isChange(parse(event)))).toEqual([]);
    await Promise.all([ofOne.cut(), ofTwo.cut()]);
  });

  test.each(OFFICIAL_CLIENTS)('$label hears it on its own stream [legacy.standing.any-pod]', async ({ connect }) => {
    const heard: string[] = [];
    const on = { 'notifications/tools/list_changed': () => void heard.push('changed') };
    const fetch = choosing(deployment.pods, (request) => {
      if (request.method === 'GET') return 2;
      return rpcMethod(request) === 'tools/call' ? 1 : 0;
    });
    const client = await connect({ fetch, on });
    await client.call('change_tools');
    await eventually(() => expect(heard).toEqual(['changed']));
    await client.close();
  });
});
