import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { eventually, settled } from './settle.ts';
import { readStream, type StreamReader } from './stream-reader.ts';
import { type Message, openSession, post, textOf, type WireSession } from './wire.ts';

const deployment = useDeployment();

const isQuestion = (message: Message) => message.method === 'elicitation/create';

function answer(session: WireSession, pod: URL, id: Message['id'], name: string): Promise<Response> {
  return session.send(pod, { jsonrpc: '2.0', id, result: { action: 'accept', content: { name } } });
}

async function asked(session: WireSession, pod: URL, id: number, args: object = {}): Promise<[StreamReader, Message]> {
  const stream = readStream(await session.call(pod, id, 'ask', args));
  return [stream, await stream.until(isQuestion)];
}

async function resultOf(stream: StreamReader): Promise<string> {
  return textOf((await settled(stream.rest(), 'the call')).at(-1));
}

describe('answers', () => {
  test('the first answer wins; a second is taken and dropped [legacy.question.first-answer-wins]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const [stream, question] = await asked(session, a, 1);
    expect((await answer(session, b, question.id, 'first')).status).toBe(202);
    expect((await answer(session, c, question.id, 'second')).status).toBe(202);
    expect(await resultOf(stream)).toContain('first');
    expect((await answer(session, b, question.id, 'late')).status).toBe(202);
  });

  test('of answers at the same time, one wins [legacy.question.first-answer-wins]', async () => {
    const session = await openSession(deployment.pods[0]);
    const [stream, question] = await asked(session, deployment.pods[0], 1);
    const responses = await Promise.all(
      deployment.pods.map((pod, index) => answer(session, pod, question.id, `n${index}`)),
    );
    expect(responses.map((response) => response.status)).toEqual([202, 202, 202]);
    expect(await resultOf(stream)).toMatch(/"n[012]"/);
  });

  test('to a question that nobody asked is taken and dropped [legacy.question.first-answer-wins]', async () => {
    const session = await openSession(deployment.pods[0]);
    for (const id of ['never-asked', 0, 12345]) {
      expect((await answer(session, deployment.pods[1], id, 'x')).status).toBe(202);
    }
  });

  test('another session cannot answer [legacy.session.anonymous]', async () => {
    const [a, b, c] = deployment.pods;
    const [owner, stranger] = await Promise.all([openSession(a), openSession(a)]);
    const [stream, question] = await asked(owner, a, 1);
    expect((await answer(stranger, b, question.id, 'stranger')).status).toBe(202);
    expect((await answer(owner, c, question.id, 'owner')).status).toBe(202);
    expect(await resultOf(stream)).toContain('owner');
  });
});

describe('question ids', () => {
  test('are unique in the session across pods [legacy.question.unique-ids]', async () => {
    const session = await openSession(deployment.pods[0]);
    const open = await Promise.all([0, 1, 2, 3, 4, 5].map((id) => asked(session, deployment.pods[id % 3] as URL, id)));
    const ids = open.map(([, question]) => question.id);
    expect(new Set(ids.map(String)).size).toBe(ids.length);
    for (const [index, [stream, question]] of open.entries()) {
      const pod = deployment.pods[(index + 1) % 3] as URL;
      await answer(session, pod, question.id, `name-${index}`);
      expect(await resultOf(stream)).toContain(`name-${index}`);
    }
  });

  test('each question is on the stream of the call that asks [legacy.question.on-its-stream]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const [one, two] = await Promise.all([
      asked(session, b, 1, { message: 'of one' }),
      asked(session, b, 2, { message: 'of two' }),
    ]);
    expect(one[1].params?.['message']).toBe('of one');
    expect(two[1].params?.['message']).toBe('of two');
    for (const [stream, question] of [two, one]) {
      await answer(session, a, question.id, 'done');
      expect(await resultOf(stream)).toContain('done');
    }
  });
});

describe('while a question is open', () => {
  test('progress of the client reaches the handler, and keeps the question open [legacy.question.progress]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const key = 'question-progress';
    const [stream, question] = await asked(session, a, 1, { timeoutMs: 6000, key });
    const progressToken = question.params?._meta?.['progressToken'];
    expect(progressToken).toBeDefined();
    for (let progress = 1; progress <= 13; progress += 1) {
      await delay(500);
      const params = { progressToken, progress };
      const pod = progress % 2 === 0 ? b : c;
      expect((await session.send(pod, { jsonrpc: '2.0', method: 'notifications/progress', params })).status).toBe(202);
    }
    await eventually(() => expect(deployment.journal(key, 'question-progress')).toHaveLength(13));
    await answer(session, b, question.id, 'patient');
    expect(await resultOf(stream)).toContain('patient');
  });

  test('a question that times out is cancelled, and its late answer dropped [legacy.question.timeout] [legacy.question.cancelled]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const [stream, question] = await asked(session, a, 1, { timeoutMs: 300 });
    const cancelled = await stream.until((message) => message.method === 'notifications/cancelled');
    expect(cancelled.params?.['requestId']).toBe(question.id);
    expect(await resultOf(stream)).toContain('no answer');
    expect((await answer(session, b, question.id, 'late')).status).toBe(202);
    const [, next] = await asked(session, a, 2, { timeoutMs: 300 });
    expect(next.id).not.toBe(question.id);
  });

  test('a client that was cut finds the question on another pod, and answers [legacy.question.answer-any-pod]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const first = readStream(await session.call(a, 1, 'ask'));
    const priming = await first.next();
    await first.cut();
    const resumed = readStream(await session.listen(b, priming?.id ?? ''));
    const question = await resumed.until(isQuestion);
    await answer(session, c, question.id, 'back again');
    expect(await resultOf(resumed)).toContain('back again');
  });

  test('an answer without a session is refused [legacy.status.session-missing]', async () => {
    const response = await post(deployment.pods[0], { jsonrpc: '2.0', id: 'q', result: {} });
    expect(response.status).toBe(400);
  });
});
