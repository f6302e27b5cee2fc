import { describe, expect, it } from 'vitest';
import { AnypodError } from '../core/errors.ts';
import { createWorld, ISSUER, RESOURCE } from './gate.fixture.ts';
import { authProblems } from './invalid-auth.ts';
import type { AuthOptions } from './options.ts';

const OTHER = 'https://other.example.com/tools/mcp';
const at = (url: string) => ({ headers: {}, url });

describe('the metadata of the resource', () => {
  it('has what RFC 9728 asks for, at the root and for the path [auth.metadata]', async () => {
    const world = await createWorld({
      issuers: [ISSUER, 'https://two.example.com'],
      scopes: { required: ['mcp'], supported: ['mcp', 'write', 'offline_access'] },
      resourceName: 'Tools',
      documentation: 'https://mcp.example.com/docs',
    });
    const document = {
      resource: RESOURCE,
      authorization_servers: [ISSUER, 'https://two.example.com'],
      bearer_methods_supported: ['header'],
      scopes_supported: ['mcp', 'write'],
      resource_name: 'Tools',
      resource_documentation: 'https://mcp.example.com/docs',
    };
    for (const path of ['', '/', '/mcp', '/mcp/']) {
      const metadata = world.gate.metadata(at(`https://mcp.example.com/.well-known/oauth-protected-resource${path}`));
      expect(JSON.parse(metadata ?? 'null'), path).toEqual(document);
    }
    for (const path of [
      '/mcp',
      '/.well-known/oauth-protected-resource/other',
      '/.well-known/oauth-protected-resourcex',
    ]) {
      expect(world.gate.metadata(at(`https://mcp.example.com${path}`)), path).toBeUndefined();
    }
  });

  it.each<[string, readonly string[], string, string]>([
    ['the configured URL, whatever host is named', [RESOURCE], 'http://evil.example.com', RESOURCE],
    ['the configured URL with the named host', [RESOURCE, OTHER], 'https://other.example.com', OTHER],
    ['the URL of the request if none is configured', [], 'https://any.example.com', 'https://any.example.com/mcp'],
  ])('names %s [auth.metadata.url]', async (_name, publicUrls, origin, resource) => {
    const world = await createWorld({ publicUrls, audiences: ['api://mcp'] });
    const metadata = world.gate.metadata(at(`${origin}/.well-known/oauth-protected-resource`));
    expect(JSON.parse(metadata ?? 'null')).toMatchObject({ resource });
  });
});

describe('options that cannot work', () => {
  it.each<[string, AuthOptions, RegExp]>([
    ['no issuer', { issuers: [], publicUrls: [RESOURCE] }, /name at least one/],
    ['no audience', { issuers: [ISSUER] }, /publicUrls: set the URL/],
    ['one issuer twice', { issuers: [ISSUER, ISSUER], publicUrls: [RESOURCE] }, /listed twice/],
    ['an issuer without TLS', { issuers: ['http://issuer.example.com'], publicUrls: [RESOURCE] }, /https/],
    ['a resource with a query', { issuers: [ISSUER], publicUrls: [`${RESOURCE}?a=b`] }, /without query/],
    ['a resource that is no URL', { issuers: [ISSUER], publicUrls: ['mcp'] }, /http or https URL/],
    ['a shared secret', { issuers: [{ issuer: ISSUER, algorithms: ['HS256'] }], publicUrls: [RESOURCE] }, /HS256/],
    ['no signature', { issuers: [{ issuer: ISSUER, algorithms: ['none'] }], publicUrls: [RESOURCE] }, /none/],
    [
      'a scope with a quote',
      { issuers: [ISSUER], publicUrls: [RESOURCE], scopes: { tools: { x: ['a"b'] } } },
      /no scope/,
    ],
    [
      'issuers that may speak for any tenant',
      { issuers: [{ issuer: ISSUER, claims: { tenant: 't' } }, 'https://two.example.com'], publicUrls: [RESOURCE] },
      /list the tenants/,
    ],
    [
      'two issuers that see opaque tokens',
      {
        issuers: [ISSUER, 'https://two.example.com'].map((issuer) => ({
          issuer,
          introspection: { clientId: 'a', clientSecret: 'b' },
        })),
        publicUrls: [RESOURCE],
      },
      /only one may have introspection/,
    ],
  ])('%s are refused [auth.options]', async (_name, options, problem) => {
    expect(authProblems(options).join('; ')).toMatch(problem);
    await expect(createWorld({ publicUrls: [], ...options })).rejects.toThrow(AnypodError);
  });

  it('may name an issuer without TLS on this machine, or where it is allowed [auth.options]', () => {
    const issuers = [
      'http://127.0.0.1:9000',
      'http://localhost:9001',
      { issuer: 'http://keycloak.svc', allowHttp: true },
    ];
    expect(authProblems({ issuers, publicUrls: [RESOURCE] })).toEqual([]);
  });
});
