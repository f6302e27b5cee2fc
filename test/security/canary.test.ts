import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { MODERN_META, postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { messagesOf, openSession, post, sessionOf } from '../cluster/wire.ts';
import { startOtlpCollector } from '../lib/otlp-collector.ts';
import { RESOURCE, SECRET, useProtected } from './protected.ts';
import { sentToRedis } from './redis-dump.ts';

const collector = await startOtlpCollector();
afterAll(() => collector.stop());

const deployment = useProtected(
  {
    ANYPOD_LOG_LEVEL: 'debug',
    ANYPOD_TRACE_SAMPLING: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  },
  { nonce: false },
);

/** Does everything that a client can do with `token`, and returns everything that the pods answer. */
async function doEverything(token: string): Promise<string> {
  const [pod, other] = deployment.urls;
  const headers = { authorization: `Bearer ${token}` };
  const answers: string[] = [];
  const keep = async (response: Response) => void answers.push(await response.text());
  const session = await openSession(pod, { headers });
  answers.push(JSON.stringify(session.initialized));
  const standing = readStream(await session.listen(other));
  for (const name of ['caller', 'echo', 'log', 'delete_all', 'report', 'unknown', 'faulty_challenge']) {
    await keep(await session.call(other, name, name, { text: 'x' }));
    const params = { name, arguments: { text: 'x' } };
    await keep(await postModern(pod, 'tools/call', params, headers));
  }
  const stream = readStream(await session.call(pod, 'slow', 'slow', { steps: 4, ms: 200 }, 'token'));
  await stream.next();
  const eventId = lastEventId(stream.events);
  await stream.cut();
  answers.push(JSON.stringify(await readStream(await session.listen(other, eventId)).rest()));
  const asking = readStream(await session.call(pod, 'ask', 'ask'));
  const { id } = await asking.until(({ method }) => method === 'elicitation/create');
  await session.send(other, { jsonrpc: '2.0', id: id as string, result: { action: 'accept', content: { name: 'x' } } });
  answers.push(JSON.stringify(await asking.rest()));
  const _meta = { ...MODERN_META, 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  const [asked] = await messagesOf(
    await postModern(pod, 'tools/call', { name: 'confirm', arguments: {}, _meta }, headers),
  );
  answers.push(JSON.stringify(asked));
  await keep(await postModern(other, 'tools/call', { name: 'once', arguments: { key: 'canary' } }, headers));
  await keep(
    await session.send(pod, { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: 'note://one' } }),
  );
  await keep(await post(new URL(`${pod}?access_token=${token}`), {}));
  await keep(await post(pod, '{', headers));
  await keep(await sessionOf('x', '2025-11-25', {}, headers).listen(pod));
  await keep(await session.end(other));
  answers.push(JSON.stringify(await standing.rest()));
  return answers.join('\n');
}

test('tokens and secrets are in no answer, no log line, no span, no metric and no command to Redis [auth.token.secret]', async () => {
  const { a, b } = deployment;
  const opaque = `canary${randomBytes(20).toString('hex')}`;
  const exp = Math.floor(Date.now() / 1000) + 600;
  b.opaque.set(opaque, { active: true, sub: 'bob', aud: RESOURCE, client_id: 'app', scope: 'mcp', exp });
  const good = await deployment.token();
  const tokens = [
    good,
    opaque,
    // None of these is valid: also a refusal must not repeat a token.
    await a.token({ tenant: 'evil' }),
    await a.token({ exp: 1 }),
    await a.token({ aud: 'https://other.test' }),
    `${good}x`,
    `unknown${randomBytes(20).toString('hex')}`,
  ];
  let answers = '';
  const commands = await sentToRedis(deployment.redisUrl, async () => {
    for (const token of tokens.slice(0, 2)) answers += await doEverything(token);
    for (const token of tokens.slice(2)) {
      for (const headers of [{ authorization: `Bearer ${token}` }, { authorization: `DPoP ${token}`, dpop: token }]) {
        const refused = await post(deployment.urls[0], { jsonrpc: '2.0', id: 1, method: 'ping' }, headers);
        answers += JSON.stringify([...refused.headers]) + (await refused.text());
        expect(refused.status).toBe(401);
      }
    }
  });
  // The last of the calls.
  await eventually(() => expect(collector.spans.filter(({ name }) => name === 'tools/call once')).toHaveLength(2));
  const places = {
    answers,
    commands,
    logs: deployment.logs(),
    metrics: await deployment.metrics(),
    spans: collector.text.join('\n'),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(500);
    for (const token of tokens) {
      const signature = token.split('.').at(-1) ?? '';
      for (const part of [token, signature, encodeURIComponent(token)])
        expect(text.includes(part), `${place}: ${part}`).toBe(false);
    }
    expect(text.includes(SECRET), place).toBe(false);
  }
  // The search finds what is there.
  expect(answers).toContain('"sub":"bob"'.replaceAll('"', '\\"'));
  expect(commands).toContain('confirm');
});
