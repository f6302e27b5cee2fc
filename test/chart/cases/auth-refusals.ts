import type { Refusal } from './refusal.ts';

const ISSUER = 'https://login.example.com';
const FOR_US = { 'auth.audiences': ['mcp'] };
const OPAQUE = { introspection: { clientId: 'anypod' } };
const ASKED = { ...FOR_US, 'auth.introspection.existingSecret': 'introspection' };

/** Values of `auth` that contradict each other. */
export const AUTH_REFUSALS: readonly Refusal[] = [
  ...Object.entries({
    publicUrls: ['https://mcp.example.com/mcp'],
    audiences: ['mcp'],
    'scopes.tools': { report: ['reports:read'] },
    'scopes.hide': true,
    'dpop.enabled': true,
    'introspection.existingSecret': 'introspection',
  }).map(([key, value]) => ({
    values: { [`auth.${key}`]: value },
    sentence: `auth.${key} is set, but everybody may call without a token: name an authorization server in auth.issuers, or remove auth.${key}.`,
  })),
  {
    values: { ...FOR_US, 'auth.issuers': [ISSUER], 'auth.dpop.required': true },
    sentence: 'auth.dpop.required is set, but DPoP is off: set auth.dpop.enabled=true, or remove auth.dpop.required.',
  },
  {
    values: { ...FOR_US, 'auth.issuers': [ISSUER], 'tests.tool': 'greet' },
    sentence:
      'tests.tool is set, but the test has no token for the call: set tests.token.existingSecret, or remove tests.tool.',
  },
  {
    values: { 'auth.issuers': [ISSUER], 'auth.publicUrls': ['mcp.example.com/mcp'] },
    sentence:
      'auth.publicUrls has "mcp.example.com/mcp", but tokens are meant for an http or https URL without query and fragment: set the URL under which clients reach the endpoint.',
  },
  {
    values: { 'auth.issuers': [{ issuer: 'https://login.beta.example', audiences: ['mcp'] }, ISSUER] },
    sentence:
      'auth.issuers has https://login.example.com, but nothing says for whom its tokens must be meant, so tokens for other servers would open this one: set auth.publicUrls to the URL under which clients reach the endpoint, or audiences.',
  },
  {
    values: { ...FOR_US, 'auth.issuers': [ISSUER, { issuer: ISSUER, tenant: 'acme' }] },
    sentence: 'auth.issuers lists https://login.example.com twice: keep one.',
  },
  {
    values: { ...FOR_US, 'auth.issuers': [{ issuer: ISSUER, tenant: 'acme', tenants: ['acme'] }] },
    sentence: 'auth.issuers sets tenant and tenants of https://login.example.com: keep one.',
  },
  {
    values: {
      ...FOR_US,
      'auth.issuers': [
        { issuer: ISSUER, claims: { tenant: 'org' } },
        { issuer: 'https://login.beta.example', tenant: 'beta' },
      ],
    },
    sentence:
      'auth.issuers lets https://login.example.com speak for the tenants of the others too: list its own in tenants.',
  },
  {
    values: { ...FOR_US, 'auth.issuers': ['http://keycloak.auth.svc'] },
    sentence:
      'auth.issuers has http://keycloak.auth.svc, but pods ask issuers by https: write https, or set its allowHttp.',
  },
  {
    values: { ...FOR_US, 'auth.issuers': [{ issuer: ISSUER, ...OPAQUE }] },
    sentence:
      'auth.issuers has introspection for https://login.example.com, but pods have no client secret for it: set auth.introspection.existingSecret.',
  },
  {
    values: { ...ASKED, 'auth.issuers': [ISSUER] },
    sentence:
      'auth.introspection.existingSecret is set, but no issuer is asked about tokens: set introspection of one in auth.issuers, or remove it.',
  },
  {
    values: {
      ...ASKED,
      'auth.issuers': [
        { issuer: ISSUER, ...OPAQUE },
        { issuer: 'https://login.beta.example', ...OPAQUE },
      ],
    },
    sentence:
      'auth.issuers has introspection for several issuers (https://login.example.com, https://login.beta.example), but an opaque token does not name its own, and no other may see it: keep one.',
  },
];
