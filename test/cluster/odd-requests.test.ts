import { describe, expect, test } from 'vitest';
import { FIXTURE, FIXTURE_V1, useDeployment } from './deployment.ts';
import { postModern } from './modern-wire.ts';
import { settled } from './settle.ts';
import { readStream } from './stream-reader.ts';
import { type Message, messagesOf, openSession, post, textOf } from './wire.ts';

const TASK_META_KEY = 'io.modelcontextprotocol/related-task';

/** `_meta` that the SDKs drop a message for, without a word; and what the error names. */
const WRONG_META: readonly (readonly [meta: unknown, named: string])[] = [
  [null, 'params._meta '],
  [[], 'params._meta '],
  ['x', 'params._meta '],
  [5, 'params._meta '],
  [{ progressToken: null }, 'progressToken'],
  [{ progressToken: true }, 'progressToken'],
  [{ progressToken: {} }, 'progressToken'],
  [{ progressToken: [1] }, 'progressToken'],
  [{ [TASK_META_KEY]: 5 }, TASK_META_KEY],
  [{ [TASK_META_KEY]: {} }, TASK_META_KEY],
];

const clientInfo = { name: 'odd', version: '1' };
const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };

/** `initialize` params that lack something, and the path that the error names. */
const BROKEN_INITIALIZE: readonly (readonly [path: string, params: unknown])[] = [
  ['params.protocolVersion', {}],
  ['params.protocolVersion', undefined],
  ['params.protocolVersion', null],
  ['params.protocolVersion', { ...INITIALIZE, protocolVersion: 5 }],
  ['params.capabilities', { ...INITIALIZE, capabilities: undefined }],
  ['params.capabilities', { ...INITIALIZE, capabilities: [] }],
  ['params.capabilities.roots', { ...INITIALIZE, capabilities: { roots: 5 } }],
  ['params.clientInfo', { ...INITIALIZE, clientInfo: undefined }],
  ['params.clientInfo', { ...INITIALIZE, clientInfo: 'odd' }],
  ['params.clientInfo.name', { ...INITIALIZE, clientInfo: { version: '1' } }],
  ['params.clientInfo.version', { ...INITIALIZE, clientInfo: { name: 'odd' } }],
  ['params.clientInfo.icons', { ...INITIALIZE, clientInfo: { ...clientInfo, icons: 5 } }],
  ...WRONG_META.map(([_meta, named]) => [named, { ...INITIALIZE, _meta }] as const),
];

describe.each([
  ['v2', FIXTURE],
  ['v1', FIXTURE_V1],
])('odd requests to a server of SDK %s', (_sdk, module) => {
  const deployment = useDeployment({ module });

  async function answerTo(response: Response): Promise<Message> {
    const [message] = await settled(messagesOf(response), 'the answer');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    return message as Message;
  }

  describe.each(WRONG_META)('with _meta %j', (_meta, named) => {
    test('are answered under their id, and run nothing [legacy.request.answered]', async () => {
      const session = await openSession(deployment.balancer);
      for (const [id, method] of ['ping', 'tools/list', 'tools/call', 'logging/setLevel', 'no/such'].entries()) {
        const params = { name: 'echo', arguments: { text: 'never' }, level: 'debug', _meta };
        const response = await session.send(deployment.balancer, { jsonrpc: '2.0', id, method, params });
        const { error, ...message } = await answerTo(response);
        expect([response.status, message.id, error?.code]).toEqual([200, id, -32602]);
        expect(error?.message).toContain(named);
      }
    });

    test('are answered in a batch beside those that run [legacy.request.answered]', async () => {
      const session = await openSession(deployment.balancer, { version: '2025-03-26' });
      const ping = (id: number, params: object) => ({ jsonrpc: '2.0', id, method: 'ping', params });
      const response = await session.send(deployment.balancer, [ping(1, {}), ping(2, { _meta }), ping(3, {})]);
      const answers = await settled(messagesOf(response), 'the answers');
      const outline = answers.map(({ id, error }) => [id, error?.code]);
      expect(outline.sort()).toEqual([
        [1, undefined],
        [2, -32602],
        [3, undefined],
      ]);
    });

    test('are refused where they are notifications or answers [legacy.request.answered]', async () => {
      const session = await openSession(deployment.balancer);
      const notification = { jsonrpc: '2.0', method: 'notifications/roots/list_changed', params: { _meta } };
      const refused = await session.send(deployment.balancer, notification);
      const { id, error } = await answerTo(refused);
      expect([refused.status, id, error?.code]).toEqual([400, null, -32602]);
      const answered = await session.send(deployment.balancer, { jsonrpc: '2.0', id: 'q', result: { _meta } });
      expect([answered.status, (await answerTo(answered)).error?.code]).toEqual([400, -32600]);
    });
  });

  test.each([1.5, -0.25, 1e300, 'anypod/token:1.5', 0, ''])(
    'progress comes under the token %j [legacy.request.answered]',
    async (token) => {
      const session = await openSession(deployment.balancer);
      const params = { name: 'slow', arguments: { steps: 2, ms: 5 }, _meta: { progressToken: token } };
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
      const messages = await messagesOf(await session.send(deployment.balancer, call));
      expect(messages.map((message) => message.params?.['progressToken'] ?? textOf(message))).toEqual([
        token,
        token,
        '2 steps',
      ]);
    },
  );

  test.each([null, []])('params %j are none [legacy.request.answered]', async (params) => {
    const session = await openSession(deployment.balancer);
    for (const method of ['ping', 'tools/list']) {
      const response = await session.send(deployment.balancer, { jsonrpc: '2.0', id: 1, method, params });
      expect((await answerTo(response)).result).toBeDefined();
    }
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized', params };
    expect((await session.send(deployment.balancer, notification)).status).toBe(202);
  });

  test('params that are a list are refused under the id [legacy.request.answered]', async () => {
    const session = await openSession(deployment.balancer);
    const response = await session.send(deployment.balancer, { jsonrpc: '2.0', id: 1, method: 'ping', params: [1] });
    const { id, error } = await answerTo(response);
    expect([response.status, id, error?.code]).toEqual([400, 1, -32602]);
    expect(error?.message).toContain('params');
  });

  test('members that JSON-RPC does not know are left out [legacy.request.answered]', async () => {
    const session = await openSession(deployment.balancer);
    const params = { name: 'ask', arguments: {} };
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params, extra: 1 };
    const stream = readStream(await session.send(deployment.balancer, call));
    const question = await stream.until(({ method }) => method === 'elicitation/create');
    const result = { action: 'accept', content: { name: 'Ada' } };
    await session.send(deployment.balancer, { jsonrpc: '2.0', id: question.id, result, extra: 1 });
    expect(textOf((await settled(stream.rest(), 'the call')).at(-1))).toContain('Ada');
  });

  test('an answer that is none is refused, and the question still waits [legacy.request.answered]', async () => {
    const session = await openSession(deployment.balancer);
    const stream = readStream(await session.call(deployment.balancer, 1, 'ask'));
    const { id } = await stream.until(({ method }) => method === 'elicitation/create');
    const error = { code: 1, message: 'no' };
    for (const wrong of [
      { error: { code: '1', message: 'no' } },
      { error: { code: 1 } },
      { error, result: {} },
      { result: { _meta: null } },
    ]) {
      expect((await session.send(deployment.balancer, { jsonrpc: '2.0', id, ...wrong })).status).toBe(400);
    }
    const result = { action: 'accept', content: { name: 'Ada' } };
    expect((await session.send(deployment.balancer, { jsonrpc: '2.0', id, result })).status).toBe(202);
    expect(textOf((await settled(stream.rest(), 'the call')).at(-1))).toContain('Ada');
  });

  test.each(BROKEN_INITIALIZE)(
    'initialize is told that %s is wrong: %j [legacy.initialize.broken]',
    async (path, params) => {
      const response = await post(deployment.balancer, { jsonrpc: '2.0', id: 7, method: 'initialize', params });
      const { id, error } = await answerTo(response);
      expect([response.status, id, error?.code]).toEqual([200, 7, -32602]);
      expect(response.headers.get('mcp-session-id')).toBeNull();
      expect(error?.message).toContain(path);
      expect(error?.message).not.toMatch(/[\n{]/);
      expect(error?.message.length).toBeLessThan(150);
    },
  );

  test.each([
    ['tools/call', {}, 'params.name'],
    ['tools/call', { name: 'echo', arguments: 5 }, 'params.arguments'],
    ['tools/list', { cursor: 5 }, 'params.cursor'],
  ])('%s %j is told what is wrong, in one sentence [legacy.request.answered]', async (method, params, path) => {
    const session = await openSession(deployment.balancer);
    const { error } = await answerTo(
      await session.send(deployment.balancer, { jsonrpc: '2.0', id: 1, method, params }),
    );
    expect(error?.code).toBe(-32602);
    expect(error?.message).toContain(path);
    expect(error?.message).not.toMatch(/[\n{]/);
  });

  test.each(['\u2028', '\u2029', '\u0085', 'all of \u2028\u2029\u0085 them 日本'])(
    'a line separator is escaped on a stream: %j [legacy.answer.one-line]',
    async (text) => {
      const session = await openSession(deployment.balancer);
      const params = { name: 'echo', arguments: { text } };
      const headers = { ...session.headers, accept: 'text/event-stream' };
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
      const raw = await (await post(deployment.balancer, call, headers)).text();
      expect(raw).not.toMatch(/[\u2028\u2029\u0085]/);
      const data = raw.split('\n').find((line) => line.startsWith('data: {'));
      expect(textOf(JSON.parse(data?.slice(6) ?? '') as Message)).toBe(text);
    },
  );

  test.each(WRONG_META.filter(([meta]) => typeof meta === 'object' && meta !== null && !Array.isArray(meta)))(
    '2026-07-28: _meta with %j is answered under the id [legacy.request.answered]',
    async (_meta, named) => {
      const response = await postModern(deployment.balancer, 'tools/list', { _meta });
      const { id, error } = await answerTo(response);
      expect([response.status, id, error?.code]).toEqual([400, 'modern', -32602]);
      expect(error?.message).toContain(named);
    },
  );

  test('2026-07-28: progress comes under a token that is no whole number [legacy.request.answered]', async () => {
    const params = { name: 'slow', arguments: { steps: 2, ms: 5 }, _meta: { progressToken: 1.5 } };
    const messages = await messagesOf(await postModern(deployment.balancer, 'tools/call', params));
    expect(messages.slice(0, -1).map((message) => message.params?.['progressToken'])).toEqual([1.5, 1.5]);
  });

  if (module === FIXTURE_V1) {
    test.each(['2026-07-28', '2025-06-18', '2099-01-01', 'nonsense'])(
      'initialize of 2025-11-25 is negotiated by its body where the header says %s [legacy.initialize.body-decides]',
      async (version) => {
        for (const params of [INITIALIZE, { ...INITIALIZE, protocolVersion: version }]) {
          const headers = { 'mcp-protocol-version': version };
          const body = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
          const { result } = await answerTo(await post(deployment.balancer, body, headers));
          expect(result?.['protocolVersion']).toBe(
            params.protocolVersion === '2025-06-18' ? '2025-06-18' : '2025-11-25',
          );
        }
      },
    );
  }
});
