import { expect, test } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { eventually } from '../cluster/settle.ts';
import { messagesOf, openSession, post, textOf } from '../cluster/wire.ts';
import { createIssuerKey } from '../lib/token-issuer.ts';
import { bearer, RESOURCE, useProtected } from './protected.ts';

const deployment = useProtected({ ANYPOD_LEGACY_SSE: 'true' });

const METADATA = 'https://mcp.test/.well-known/oauth-protected-resource/mcp';
const initialize = {
  jsonrpc: '2.0',
  id: 7,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'wire', version: '1' } },
};

/** The doors of the endpoint: each must be closed to whom has no valid token. */
const DOORS: readonly [string, (pod: URL, headers: Record<string, string>) => Promise<Response>][] = [
  ['initialize', (pod, headers) => post(pod, initialize, headers)],
  ['server/discover', (pod, headers) => postModern(pod, 'server/discover', {}, headers)],
  [
    'tools/call of 2026',
    (pod, headers) => postModern(pod, 'tools/call', { name: 'echo', arguments: { text: 'x' } }, headers),
  ],
  ['subscriptions/listen', (pod, headers) => postModern(pod, 'subscriptions/listen', { notifications: {} }, headers)],
  [
    'ping of a session',
    (pod, headers) => post(pod, { jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': 'x', ...headers }),
  ],
  ['a notification', (pod, headers) => post(pod, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers)],
  ['a batch', (pod, headers) => post(pod, [{ jsonrpc: '2.0', id: 1, method: 'ping' }], headers)],
  ['broken JSON', (pod, headers) => post(pod, '{', headers)],
  [
    'GET',
    (pod, headers) => fetch(pod, { headers: { accept: 'text/event-stream', 'mcp-session-id': 'x', ...headers } }),
  ],
  [
    'GET of HTTP+SSE',
    (pod, headers) => fetch(new URL('/sse', pod), { headers: { accept: 'text/event-stream', ...headers } }),
  ],
  ['POST of HTTP+SSE', (pod, headers) => post(new URL('/messages?sessionId=x', pod), initialize, headers)],
  ['DELETE', (pod, headers) => fetch(pod, { method: 'DELETE', headers: { 'mcp-session-id': 'x', ...headers } })],
];

test.each(DOORS)(
  '%s without a token gets 401 before anything is read [auth.challenge.missing]',
  async (_name, knock) => {
    const response = await knock(deployment.urls[0], {});
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(`Bearer scope="mcp", resource_metadata="${METADATA}"`);
    const body = (await response.json()) as object;
    expect(body).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32000, data: { reason: 'token_missing' } },
    });
  },
);

test.each(DOORS)('%s with a forged token gets 401 [auth.token.refused]', async (_name, knock) => {
  const stranger = await createIssuerKey('first');
  const response = await knock(deployment.urls[1], bearer(await deployment.a.token({ tenant: 'acme' }, {}, stranger)));
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
  expect(await response.json()).toMatchObject({ error: { data: { reason: 'token_invalid' } } });
});

test('a token is accepted by both pods, in both eras [auth.principal]', async () => {
  const headers = bearer(await deployment.token());
  for (const pod of deployment.urls) {
    expect((await post(pod, initialize, headers)).status).toBe(200);
    expect((await postModern(pod, 'server/discover', {}, headers)).status).toBe(200);
  }
});

test('an opaque token is accepted, and asked about once per pod [auth.introspection]', async () => {
  const exp = Math.floor(Date.now() / 1000) + 60;
  deployment.b.opaque.set('opaque', { active: true, sub: 'ann', aud: RESOURCE, client_id: 'app', scope: 'mcp', exp });
  const [pod] = deployment.urls;
  for (let each = 0; each < 5; each += 1) expect((await post(pod, initialize, bearer('opaque'))).status).toBe(200);
  expect((await post(pod, initialize, bearer('unknown'))).status).toBe(401);
  expect(deployment.b.asked.get('/introspect')).toBe(2);
});

test.each<[string, (token: string) => [URL, RequestInit['headers']], number]>([
  ['in the query string', (token) => [new URL(`${deployment.urls[0]}?access_token=${token}`), {}], 400],
  [
    'in the query string beside a header',
    (token) => [new URL(`${deployment.urls[0]}?a=b&access_token=x`), bearer(token)],
    400,
  ],
  ['in a cookie', (token) => [deployment.urls[0], { cookie: `access_token=${token}` }], 401],
  ['with another scheme', (token) => [deployment.urls[0], { authorization: `Basic ${token}` }], 401],
  ['without a scheme', (token) => [deployment.urls[0], { authorization: token }], 401],
  ['twice in one header', (token) => [deployment.urls[0], { authorization: `Bearer ${token}, Bearer ${token}` }], 400],
  ['with a scheme in other letters', (token) => [deployment.urls[0], { authorization: `bEaReR ${token}` }], 200],
])('a token %s [auth.token.misplaced]', async (_name, place, status) => {
  const [url, headers] = place(await deployment.token());
  const body = JSON.stringify(initialize);
  const accept = 'application/json, text/event-stream';
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body,
  });
  expect(response.status).toBe(status);
  await response.body?.cancel();
});

test('a tenant of another issuer is refused, and the issuer names its own [auth.tenant.issuer]', async () => {
  const [pod] = deployment.urls;
  for (const tenant of ['beta', 'ACME', '', undefined, ['acme']]) {
    expect((await post(pod, initialize, bearer(await deployment.a.token({ tenant })))).status, `${tenant}`).toBe(401);
  }
  const token = await deployment.b.token({ tenant: 'acme' });
  const called = await postModern(pod, 'tools/call', { name: 'caller', arguments: {} }, bearer(token));
  const [answer] = await messagesOf(called);
  const seen = JSON.parse(textOf(answer)) as object;
  const extra = { iss: deployment.b.url, sub: 'ann', tenant: 'beta' };
  expect(seen).toMatchObject({ authInfo: { extra }, factory: { authInfo: { extra } } });
});

test('new keys are found without a restart, and withdrawn ones end [auth.keys.rotation] [auth.keys.withdrawn]', async () => {
  const [pod] = deployment.urls;
  const old = await deployment.token();
  expect((await post(pod, initialize, bearer(old))).status).toBe(200);
  const [first] = deployment.a.keys;
  deployment.a.keys.splice(0, 1, await createIssuerKey('second'));
  const fresh = await deployment.token();
  await eventually(async () =>
    expect((await post(pod, initialize, bearer(await deployment.token()))).status).toBe(200),
  );
  expect((await post(pod, initialize, bearer(old))).status).toBe(401);
  await eventually(async () => expect((await post(pod, initialize, bearer(fresh))).status).toBe(200));
  if (first !== undefined) deployment.a.keys.push(first);
});

test('a pod starts while its issuers are away, and its tokens get 503 until they are back [auth.keys.away]', async () => {
  const { a } = deployment;
  const token = await a.token({ tenant: 'acme' }, {}, a.keys.at(-1));
  a.hangs = true;
  const pod = await deployment.startPod();
  // A server that never answers costs 5 s, once for all who wait.
  const waiting = await Promise.all([1, 2, 3].map(() => post(new URL(pod.url), initialize, bearer(token))));
  expect(waiting.map(({ status }) => status)).toEqual([503, 503, 503]);
  await a.stop();
  const refused = await post(new URL(pod.url), initialize, bearer(token));
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({ error: { data: { reason: 'issuer_unavailable' } } });
  // The other pods have the keys.
  const session = await openSession(deployment.urls[1], { headers: bearer(token) });
  expect((await session.call(deployment.urls[1], 1, 'echo', { text: 'x' })).status).toBe(200);
});
