import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { postModern } from './modern-wire.ts';
import { settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { messagesOf, openSession, post, textOf, type WireSession } from './wire.ts';

const deployment = useDeployment();

const JSON_ONLY = 'application/json';
const STREAM_ONLY = 'text/event-stream';

/** What a client sends as `Accept`, and which form it must get for a quick call. */
const FORMS: readonly (readonly [accept: string, form: 'json' | 'stream'])[] = [
  ['application/json', 'json'],
  ['APPLICATION/JSON; charset=utf-8', 'json'],
  ['application/*', 'json'],
  ['application/json, text/event-stream;q=0', 'json'],
  ['*/*;q=0, application/json', 'json'],
  ['text/event-stream', 'stream'],
  ['text/*', 'stream'],
  ['text/event-stream, application/json;q=0', 'stream'],
  ['*/*', 'json'],
  ['text/html, */*;q=0.1', 'json'],
  ['application/json;q=0.1, text/event-stream;q=0.9', 'json'],
  ['application/json,text/event-stream', 'json'],
  ['', 'json'],
];

const NEITHER = ['text/html', 'text/plain, image/*', 'application/xml', '*/*;q=0', 'nonsense'];

function formOf(response: Response): string | null | undefined {
  return { 'application/json': 'json', 'text/event-stream': 'stream' }[response.headers.get('content-type') ?? ''];
}

const callIn = (session: WireSession, accept: string, name: string, args: object, token?: string) => {
  const meta = token === undefined ? {} : { _meta: { progressToken: token } };
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, ...meta } };
  return post(deployment.balancer, body, { ...session.headers, accept });
};

const callModern = (accept: string, name: string, args: object, token?: string) => {
  const meta = token === undefined ? {} : { _meta: { progressToken: token } };
  return postModern(deployment.balancer, 'tools/call', { name, arguments: args, ...meta }, { accept });
};

describe('Accept', () => {
  test.each(FORMS)('"%s" is served in a session as %s [http.accept.form]', async (accept, form) => {
    const session = await openSession(deployment.balancer);
    const response = await callIn(session, accept, 'echo', { text: 'served' });
    expect([response.status, formOf(response)]).toEqual([200, form]);
    expect((await messagesOf(response)).map(textOf)).toEqual(['served']);
  });

  test.each(FORMS)('"%s" is served in 2026-07-28 as %s [http.accept.form]', async (accept, form) => {
    const response = await callModern(accept, 'echo', { text: 'served' });
    expect([response.status, formOf(response)]).toEqual([200, form]);
    expect((await messagesOf(response)).map(textOf)).toEqual(['served']);
  });

  test.each(FORMS)('"%s" gets an initialize as %s [http.accept.form]', async (accept, form) => {
    const clientInfo = { name: 'accept', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const body = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
    const response = await post(deployment.balancer, body, { accept });
    expect([response.status, formOf(response)]).toEqual([200, form]);
    expect(response.headers.get('mcp-session-id')).not.toBeNull();
    expect((await messagesOf(response))[0]?.result).toMatchObject({ protocolVersion: '2025-11-25' });
  });

  test.each(NEITHER)('"%s" is refused with 406 in both eras [http.accept.form]', async (accept) => {
    const session = await openSession(deployment.balancer);
    for (const response of [
      await callIn(session, accept, 'echo', { text: 'x' }),
      await callModern(accept, 'echo', { text: 'x' }),
      await fetch(deployment.balancer, { headers: { ...session.headers, accept } }),
    ]) {
      expect(response.status).toBe(406);
      expect((await messagesOf(response))[0]?.error?.message).toMatch(/Send Accept/);
    }
  });
});

describe('a client that takes only JSON', () => {
  test('waits for a call that takes longer than upgradeAfterMs [http.accept.json-waits]', async () => {
    const session = await openSession(deployment.balancer);
    const response = await callIn(session, JSON_ONLY, 'slow', { steps: 3, ms: 600 }, 'token');
    expect(formOf(response)).toBe('json');
    expect((await messagesOf(response)).map(textOf)).toEqual(['3 steps']);
  });

  test('gets what belongs to its call on the standing stream, questions too [http.accept.json-waits]', async () => {
    const [a, b] = deployment.pods;
    const session = await openSession(a);
    const standing = readStream(await session.listen(b));
    await messagesOf(await callIn(session, JSON_ONLY, 'slow', { steps: 2, ms: 5 }, 'token'));
    for (const progress of [1, 2]) {
      expect((await standing.until(({ method }) => method === 'notifications/progress')).params).toMatchObject({
        progressToken: 'token',
        progress,
      });
    }
    const asking = callIn(session, JSON_ONLY, 'ask', {});
    const question = await settled(
      standing.until(({ method }) => method === 'elicitation/create'),
      'the question',
    );
    const answer = { jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { name: 'Ada' } } };
    expect((await session.send(deployment.balancer, answer)).status).toBe(202);
    const response = await asking;
    expect(formOf(response)).toBe('json');
    expect(textOf((await messagesOf(response))[0])).toContain('Ada');
    await standing.cut();
  });

  test('is told in JSON that its call was cancelled [http.accept.json-waits]', async () => {
    const session = await openSession(deployment.balancer);
    const call = callIn(session, JSON_ONLY, 'wait_cancel', { key: 'json-only' });
    await settled(
      (async () => {
        while (deployment.journal('json-only', 'started').length === 0) await new Promise(setImmediate);
      })(),
      'the start',
    );
    await session.send(deployment.balancer, {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 1 },
    });
    const response = await settled(call, 'the call');
    expect(await response.json()).toMatchObject({ id: 1, error: { message: expect.stringContaining('cancelled') } });
  });

  test('gets a result alone in 2026-07-28, and no listen stream [http.accept.json-waits]', async () => {
    const response = await callModern(JSON_ONLY, 'slow', { steps: 2, ms: 5 }, 'token');
    expect(formOf(response)).toBe('json');
    expect((await messagesOf(response)).map(textOf)).toEqual(['2 steps']);
    const params = { notifications: { toolsListChanged: true } };
    const listen = await postModern(deployment.balancer, 'subscriptions/listen', params, { accept: JSON_ONLY });
    expect(listen.status).toBe(406);
  });
});

describe('a client that takes only streams', () => {
  test('gets progress and result on the stream in both eras [http.accept.form]', async () => {
    const session = await openSession(deployment.balancer);
    for (const response of [
      await callIn(session, STREAM_ONLY, 'slow', { steps: 2, ms: 5 }, 'token'),
      await callModern(STREAM_ONLY, 'slow', { steps: 2, ms: 5 }, 'token'),
    ]) {
      expect(formOf(response)).toBe('stream');
      const messages = await messagesOf(response);
      expect(messages.map(({ method }) => method)).toEqual([
        'notifications/progress',
        'notifications/progress',
        undefined,
      ]);
    }
  });

  test('gets errors of the protocol on the stream, and refusals in JSON [http.accept.form]', async () => {
    const session = await openSession(deployment.balancer);
    const headers = { ...session.headers, accept: STREAM_ONLY };
    const unknown = await post(deployment.balancer, { jsonrpc: '2.0', id: 1, method: 'no/such' }, headers);
    expect([unknown.status, formOf(unknown)]).toEqual([200, 'stream']);
    expect((await messagesOf(unknown))[0]?.error?.code).toBe(-32601);
    const broken = await post(deployment.balancer, '{', headers);
    expect([broken.status, formOf(broken)]).toEqual([400, 'json']);
  });
});

test.each(['text/event-stream', 'text/*', '*/*', '', 'text/event-stream;q=0.5, text/html'])(
  'a GET with Accept "%s" opens the standing stream [http.accept.form]',
  async (accept) => {
    const session = await openSession(deployment.balancer);
    const stream = await fetch(deployment.balancer, { headers: { ...session.headers, accept } });
    expect([stream.status, formOf(stream)]).toEqual([200, 'stream']);
    await stream.body?.cancel();
  },
);
