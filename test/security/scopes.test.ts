import { describe, expect, test } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { readStream } from '../cluster/stream-reader.ts';
import { type Message, messagesOf, openSession, post, textOf } from '../cluster/wire.ts';
import { bearer, useProtected } from './protected.ts';

const deployment = useProtected({ ANYPOD_LEGACY_SSE: 'true' });

/** Sends one request in each era, to different pods. */
const ERAS: readonly [string, (method: string, params: object, scope: string) => Promise<Response>][] = [
  [
    'in a session',
    async (method, params, scope) => {
      const session = await openSession(deployment.urls[0], {
        headers: bearer(await deployment.token({ scope: 'mcp' })),
      });
      // The token of a session may change: a client steps up.
      const headers = { ...session.headers, ...bearer(await deployment.token({ scope })) };
      const accept = 'application/json, text/event-stream';
      const body = JSON.stringify({ jsonrpc: '2.0', id: 'modern', method, params });
      return fetch(deployment.urls[1], {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept, ...headers },
        body,
      });
    },
  ],
  [
    'in the 2026 revision',
    async (method, params, scope) => {
      const { uri } = params as { uri?: string };
      const name = uri === undefined ? {} : { 'mcp-name': uri };
      return postModern(deployment.urls[0], method, params, { ...bearer(await deployment.token({ scope })), ...name });
    },
  ],
];

const tool = (name: string) => ({ name, arguments: {} });

describe.each(ERAS)('%s', (_era, send) => {
  test.each<[string, string, object, string, string]>([
    ['a tool of the configuration', 'tools/call', tool('delete_all'), 'mcp', 'mcp files:write'],
    ['a tool of the server', 'tools/call', tool('report'), 'mcp', 'mcp reports:read reports:list'],
    [
      'a tool of the server with one of two scopes',
      'tools/call',
      tool('report'),
      'mcp reports:read',
      'mcp reports:read reports:list',
    ],
    ['a resource', 'resources/read', { uri: 'note://secret/one' }, 'mcp', 'mcp notes:secret'],
    ['a resource by a detour', 'resources/read', { uri: 'note://secret/x/../one' }, 'mcp', 'mcp notes:secret'],
    ['a prompt', 'prompts/get', { name: 'secret' }, 'mcp', 'mcp notes:secret'],
    ['anything', 'tools/list', {}, 'other', 'mcp'],
  ])(
    '%s without its scopes gets 403 with all of them [auth.scope.missing]',
    async (_name, method, params, scope, needed) => {
      const response = await send(method, params, scope);
      expect(response.status).toBe(403);
      expect(response.headers.get('content-type')).toBe('application/json');
      const challenge = response.headers.get('www-authenticate') ?? '';
      expect(challenge).toMatch(/^Bearer error="insufficient_scope", error_description="[^"]+"/);
      expect(challenge).toContain(
        `scope="${needed}", resource_metadata="https://mcp.test/.well-known/oauth-protected-resource/mcp"`,
      );
      expect(await response.json()).toMatchObject({
        jsonrpc: '2.0',
        id: 'modern',
        error: { code: -32000, data: { reason: 'insufficient_scope' } },
      });
    },
  );

  test.each<[string, string, object, string]>([
    ['its scope', 'tools/call', tool('delete_all'), 'mcp files:write'],
    ['a scope that implies it', 'tools/call', tool('delete_all'), 'mcp admin'],
    ['a scope that implies what the server asks for', 'tools/call', tool('report'), 'mcp admin'],
    ['the scope of a resource', 'resources/read', { uri: 'note://secret/one' }, 'mcp notes:secret'],
  ])('with %s the call runs [auth.scope.hierarchy]', async (_name, method, params, scope) => {
    const response = await send(method, params, scope);
    expect(response.status).toBe(200);
    const [message] = await messagesOf(response);
    expect(message?.result).toBeDefined();
  });

  test('lists have what the caller may use, and nothing else [auth.scope.hidden]', async () => {
    const names = async (method: string, member: string, scope: string) => {
      const [message] = await messagesOf(await send(method, {}, scope));
      const entries = (message as Message).result?.[member] as { name: string }[];
      return entries.map(({ name }) => name);
    };
    for (const round of [1, 2]) {
      expect(await names('tools/list', 'tools', 'mcp'), `${round}`).not.toContain('delete_all');
      expect(await names('tools/list', 'tools', 'mcp admin'), `${round}`).toContain('delete_all');
    }
    expect(await names('resources/list', 'resources', 'mcp')).not.toContain('secret');
    expect(await names('resources/list', 'resources', 'mcp notes:secret')).toContain('secret');
    expect(await names('prompts/list', 'prompts', 'mcp')).toEqual([]);
    expect(await names('prompts/list', 'prompts', 'mcp admin')).toEqual(['secret']);
  });

  test('a check of the server that throws is answered, and says nothing of the error [auth.scope.missing]', async () => {
    const response = await send('tools/call', tool('faulty_challenge'), 'mcp');
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(body).toContain('-32603');
    expect(body).not.toContain('canary');
  });
});

test('a batch needs the scopes of all its messages [auth.scope.missing]', async () => {
  const headers = bearer(await deployment.token());
  const session = await openSession(deployment.urls[0], { version: '2025-03-26', headers });
  const call = (id: number, name: string) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: { text: 'x' } },
  });
  const refused = await session.send(deployment.urls[1], [call(1, 'echo'), call(2, 'delete_one')]);
  expect(refused.status).toBe(403);
  const served = await session.send(deployment.urls[1], [call(1, 'echo'), call(2, 'echo')]);
  expect((await messagesOf(served)).map(textOf)).toEqual(['x', 'x']);
});

test('over HTTP+SSE a missing scope is a 403 too, for the stream and for a message [auth.scope.missing]', async () => {
  const [pod, other] = deployment.urls;
  const open = (token: string) =>
    fetch(new URL('/sse', pod), { headers: { accept: 'text/event-stream', ...bearer(token) } });
  expect((await open(await deployment.token({ scope: 'other' }))).status).toBe(403);
  const token = await deployment.token();
  const stream = readStream(await open(token));
  const address = String((await stream.next())?.data);
  for (const name of ['delete_all', 'report']) {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } };
    const refused = await post(new URL(address, other), call, bearer(token));
    expect(refused.status, name).toBe(403);
    expect(await refused.json()).toMatchObject({ id: 1, error: { data: { reason: 'insufficient_scope' } } });
  }
  await stream.cut();
});
