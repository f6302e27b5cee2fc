import { describe, expect, test } from 'vitest';
import { FIXTURE, FIXTURE_V1, useDeployment } from './deployment.ts';
import { eventually, settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { messagesOf, openSession, textOf } from './wire.ts';

describe.each([
  ['SDK v2', FIXTURE],
  ['SDK v1', FIXTURE_V1],
])('what a tool of %s says after its answer', (sdk, module) => {
  const deployment = useDeployment({ module });

  test('arrives on the standing stream, unless it names its call: then it is refused [legacy.message.after-answer]', async () => {
    const [a, b, c] = deployment.pods;
    const session = await openSession(a);
    const standing = readStream(await session.listen(c));
    await standing.next();
    const key = `late-${sdk}`;
    expect((await messagesOf(await session.call(b, 7, 'late', { key }))).map(textOf)).toEqual(['done']);
    const log = await settled(
      standing.until(({ method }) => method === 'notifications/message'),
      'the log message',
    );
    expect(log.params).toMatchObject({ level: 'info', data: `late ${key}` });
    const question = await settled(
      standing.until(({ method }) => method === 'elicitation/create'),
      'the question',
    );
    const answer = { jsonrpc: '2.0', id: question.id as string, result: { action: 'decline' } };
    expect((await session.send(a, answer)).status).toBe(202);
    await eventually(() => expect(deployment.journal(key, 'answered').map(({ value }) => value)).toEqual(['decline']));
    const refused = deployment.journal(key, 'refused').map(({ value }) => value);
    expect(refused).toEqual(['No connection established for request ID: 7']);
    expect(deployment.journal(key, 'failed')).toEqual([]);
    await standing.cut();
  });
});
