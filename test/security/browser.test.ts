import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { post } from '../cluster/wire.ts';
import { bearer, OTHER_RESOURCE, RESOURCE, useProtected } from './protected.ts';

const APP = 'https://app.test';

const deployment = useProtected({
  ANYPOD_ALLOWED_ORIGINS: `${APP},pages.test`,
  ANYPOD_ALLOWED_HOSTS: '127.0.0.1,mcp.test,two.test',
  ANYPOD_TRUSTED_PROXIES: '10.0.0.0/8,127.0.0.1',
});

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'page', version: '1' } },
};

/** A request with headers that fetch does not allow, as lines. */
function raw(path: string, headers: readonly string[], method = 'GET'): Promise<{ status: number; body: string }> {
  const { port } = deployment.urls[0];
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: [...headers], agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject).end();
  });
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

describe('the metadata', () => {
  test.each(['', '/mcp', '/tools/mcp'])('is public at %j, for pages of any origin [auth.metadata]', async (path) => {
    for (const pod of deployment.urls) {
      const response = await fetch(new URL(WELL_KNOWN + path, pod), { headers: { origin: 'https://anywhere.test' } });
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(await response.json()).toEqual({
        resource: RESOURCE,
        authorization_servers: [deployment.a.url, deployment.b.url],
        bearer_methods_supported: ['header'],
        scopes_supported: ['mcp'],
        resource_name: 'Security',
      });
    }
  });

  test('is not elsewhere, and is read only [auth.metadata]', async () => {
    const [pod] = deployment.urls;
    for (const path of ['/other', '/mcp/x', 'x'])
      expect((await fetch(new URL(WELL_KNOWN + path, pod))).status).toBe(404);
    expect((await fetch(new URL(WELL_KNOWN, pod), { method: 'POST', body: 'x' })).status).toBe(405);
    const preflight = await fetch(new URL(WELL_KNOWN, pod), { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('*');
  });

  test.each<[string, readonly string[], string]>([
    ['the host of the request', ['host', 'two.test'], OTHER_RESOURCE],
    [
      'the host that a trusted proxy names',
      ['host', '127.0.0.1', 'x-forwarded-host', 'two.test', 'x-forwarded-proto', 'https'],
      OTHER_RESOURCE,
    ],
    [
      'the last host of several, which the proxy has added',
      ['host', '127.0.0.1', 'x-forwarded-host', 'two.test, mcp.test'],
      RESOURCE,
    ],
    ['no foreign host', ['host', 'evil.test'], RESOURCE],
    ['no foreign host of a proxy', ['host', '127.0.0.1', 'x-forwarded-host', 'evil.test'], RESOURCE],
    [
      'no host that breaks out',
      ['host', '127.0.0.1', 'x-forwarded-host', 'two.test/x"', 'x-forwarded-proto', 'javascript'],
      RESOURCE,
    ],
  ])('names %s [auth.metadata.url]', async (_name, headers, resource) => {
    const { status, body } = await raw(WELL_KNOWN, headers);
    expect({ status, resource: (JSON.parse(body) as { resource: string }).resource }).toEqual({
      status: 200,
      resource,
    });
  });
});

describe('a page', () => {
  const preflight = (origin: string, asked: string) =>
    fetch(deployment.urls[0], {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
    });

  test.each([APP, 'https://pages.test', 'http://pages.test:8080'])(
    'of %s may call, and read what it needs [auth.cors]',
    async (origin) => {
      const asked = await preflight(
        origin,
        'authorization,content-type,mcp-session-id,mcp-param-city,x-other,last-event-id',
      );
      expect(asked.status).toBe(204);
      expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
      expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE');
      const allowed = asked.headers.get('access-control-allow-headers')?.split(', ') ?? [];
      expect(allowed).toEqual(
        expect.arrayContaining([
          'authorization',
          'last-event-id',
          'mcp-session-id',
          'mcp-protocol-version',
          'mcp-param-city',
        ]),
      );
      expect(allowed).not.toContain('x-other');
      expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
      for (const [headers, status] of [
        [{}, 401],
        [bearer(await deployment.token()), 200],
      ] as const) {
        const answer = await post(deployment.urls[1], initialize, { origin, ...headers });
        expect(answer.status).toBe(status);
        expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
        const exposed = answer.headers.get('access-control-expose-headers') ?? '';
        for (const name of ['Mcp-Session-Id', 'WWW-Authenticate', 'Mcp-Protocol-Version', 'Last-Event-ID'])
          expect(exposed).toContain(name);
      }
    },
  );

  test.each(['https://evil.test', 'http://app.test', 'https://app.test.evil.test', 'null', 'https://app.test:8443'])(
    'of %s may not call: 403 without CORS headers [auth.cors] [http.origin.foreign]',
    async (origin) => {
      const asked = await preflight(origin, 'authorization');
      const answer = await post(deployment.urls[0], initialize, { origin, ...bearer(await deployment.token()) });
      for (const response of [asked, answer]) {
        expect(response.status).toBe(403);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  test('that has rebound its name to this machine is refused by its host [auth.cors] [http.origin.foreign]', async () => {
    const { status } = await raw('/mcp', ['host', 'evil.test', 'origin', 'http://evil.test'], 'POST');
    expect(status).toBe(403);
  });
});

describe('doubled and smuggled headers', () => {
  test('two Authorization headers are refused, in whatever order [auth.token.misplaced]', async () => {
    const good = `Bearer ${await deployment.token()}`;
    for (const pair of [
      [good, 'Bearer x'],
      ['Bearer x', good],
      [good, good],
    ]) {
      const lines = pair.flatMap((value) => ['authorization', value]);
      expect((await raw('/mcp', ['host', 'mcp.test', 'accept', 'text/event-stream', ...lines])).status).toBe(400);
    }
  });

  test('no header makes a caller somebody else [auth.principal]', async () => {
    const headers = {
      'x-forwarded-user': 'ann',
      'x-user': 'ann',
      'remote-user': 'ann',
      'x-forwarded-for': '127.0.0.1',
    };
    expect((await post(deployment.urls[0], initialize, headers)).status).toBe(401);
  });
});
