import { expect } from 'vitest';
import type { Manifest } from '../../manifests/documents.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const ISSUER = 'https://login.example.com';
const ON = { 'auth.issuers': [ISSUER], 'auth.publicUrls': ['https://mcp.example.com/mcp'] };
const OPAQUE = { issuer: ISSUER, introspection: { clientId: 'anypod' } };
const POLICY = { ...ON, 'networkPolicy.enabled': true };
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** What a pod reads as ANYPOD_AUTH. */
const authOf = ({ env }: Rendering) => JSON.parse(String(env('ANYPOD_AUTH') ?? '{}'));

/** A value that stands in ANYPOD_AUTH as it was given. */
function said(key: string, value: unknown, others: Partial<ValueCase> = {}): ValueCase {
  const keys = key.split('.');
  const expected = keys.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  const check = (rendering: Rendering) => expect(authOf(rendering)).toMatchObject(expected as object);
  return { path: `auth.${key}`, value, with: ON, check, ...others };
}

const egress = ({ find }: Rendering): Manifest[] => find('NetworkPolicy')['spec'].egress;
const issuerPorts = (rendering: Rendering): number[] =>
  egress(rendering)
    .slice(2)
    .flatMap((rule) => rule['ports'].map(({ port }: Manifest) => port));

/** Where a policy has to let pods go for an issuer. */
const PORTS: readonly [issuer: unknown, ports: readonly number[]][] = [
  [ISSUER, [443]],
  ['https://login.example.com:8443/realms/a?b=:1', [8443]],
  ['https://[fd00::1]/realms/a', [443]],
  [{ issuer: 'http://keycloak.auth.svc', allowHttp: true }, [80]],
  [{ issuer: ISSUER, jwksUri: 'https://keys.example.com:9443/jwks' }, [9443]],
  [{ issuer: ISSUER, jwks: { keys: [] } }, []],
];

const policies: readonly ValueCase[] = [
  ...PORTS.map(
    ([issuer, ports]): ValueCase => ({
      path: 'auth.issuers',
      value: [issuer],
      instead: ['https://login.example.com:1'],
      with: { 'auth.audiences': ['mcp'], 'networkPolicy.enabled': true },
      check: (rendering) => expect(issuerPorts(rendering)).toEqual(ports),
    }),
  ),
  {
    path: 'networkPolicy.issuerPorts',
    value: [8443],
    with: POLICY,
    check: (rendering) => expect(issuerPorts(rendering)).toEqual([8443, 443]),
  },
  {
    path: 'networkPolicy.issuersTo',
    value: [{ ipBlock: { cidr: '10.0.0.0/8' } }],
    with: POLICY,
    check: (rendering) => {
      const to = [{ ipBlock: { cidr: '10.0.0.0/8' } }];
      expect(egress(rendering)).toContainEqual({ to, ports: [{ port: 443, protocol: 'TCP' }] });
    },
  },
];

const routes: readonly ValueCase[] = [
  {
    path: 'auth.issuers',
    value: [ISSUER],
    needs: { 'auth.audiences': ['mcp'] },
    with: { 'ingress.enabled': true, 'ingress.extraPaths': ['/sse'] },
    check: ({ find }) => {
      const { paths } = find('Ingress')['spec'].rules[0].http;
      expect(paths.map(({ path }: Manifest) => path)).toEqual(['/mcp', '/sse', WELL_KNOWN]);
    },
  },
  {
    path: 'auth.issuers',
    value: [ISSUER],
    needs: { 'auth.audiences': ['mcp'] },
    with: {
      'httpRoute.enabled': true,
      'httpRoute.parentRefs': [{ name: 'public' }],
      'httpRoute.extraPaths': [WELL_KNOWN, '/sse'],
    },
    check: ({ find }) => {
      const { matches } = find('HTTPRoute')['spec'].rules[0];
      // The operator has named the address too, and it is routed once.
      expect(matches.map(({ path }: Manifest) => path.value)).toEqual(['/mcp', WELL_KNOWN, '/sse']);
      expect(find('Pod', '-check')['spec'].containers[0].args).toContain('--challenge');
    },
  },
];

export const auth: readonly ValueCase[] = [
  said('issuers', [ISSUER, { issuer: 'https://login.beta.example', tenant: 'beta' }], {
    with: {},
    needs: { 'auth.publicUrls': ['https://mcp.example.com/mcp'] },
  }),
  said('publicUrls', ['https://mcp.example.com/mcp'], {
    with: { 'auth.issuers': [ISSUER], 'auth.audiences': ['mcp'] },
  }),
  said('audiences', ['mcp', 'api://mcp']),
  said('scopes.required', ['mcp']),
  said('scopes.tools', { 'delete_*': ['files:write'] }),
  said('scopes.resources', { 'file:///secret/*': ['files:secret'] }),
  said('scopes.prompts', { review: ['files:read'] }),
  said('scopes.implies', { admin: ['files:read', 'files:write'] }),
  said('scopes.supported', ['openid']),
  said('scopes.hide', true),
  {
    path: 'auth.dpop.enabled',
    value: true,
    with: ON,
    check: (rendering) => expect(authOf(rendering).dpop).toEqual({ required: false, nonce: true }),
  },
  said('dpop.required', true, { with: { ...ON, 'auth.dpop.enabled': true } }),
  said('dpop.nonce', false, { with: { ...ON, 'auth.dpop.enabled': true } }),
  said('resourceName', 'Weather'),
  said('documentation', 'https://docs.example.com'),
  said('clockSkewSeconds', 0),
  said('cacheSeconds', 3600),
  said('passToken', true),
  {
    path: 'auth.introspection.existingSecret',
    value: 'introspection',
    instead: 'other',
    with: { ...ON, 'auth.issuers': [OPAQUE] },
    check: ({ env }) => {
      expect(env('ANYPOD_INTROSPECTION_SECRET')).toEqual({ name: 'introspection', key: 'client-secret' });
    },
  },
  {
    path: 'auth.introspection.key',
    value: 'secret',
    with: { ...ON, 'auth.issuers': [OPAQUE], 'auth.introspection.existingSecret': 'introspection' },
    check: ({ env }) => expect(env('ANYPOD_INTROSPECTION_SECRET')).toEqual({ name: 'introspection', key: 'secret' }),
  },
  {
    path: 'auth.trustedProxies',
    value: ['10.0.0.0/8', '192.0.2.1'],
    check: ({ env }) => expect(env('ANYPOD_TRUSTED_PROXIES')).toBe('10.0.0.0/8,192.0.2.1'),
  },
  ...routes,
  ...policies,
];
