import type { Refusal } from './refusal.ts';

const TENANTS = {
  'auth.issuers': [{ issuer: 'https://login.example.com', claims: { tenant: 'org' } }],
  'auth.publicUrls': ['https://mcp.example.com/mcp'],
};
const INGRESS = { 'ingress.enabled': true, 'ingress.hosts': ['mcp.example.com'] };

/** Values of `limits` that contradict each other. */
export const LIMIT_REFUSALS: readonly Refusal[] = [
  {
    values: { 'limits.rateBurst': 10 },
    sentence: 'limits.rateBurst is set without a rate: set limits.rate, or remove it.',
  },
  {
    values: { 'limits.callerCalls': 20, 'limits.maxCalls': 10 },
    sentence: 'limits.callerCalls is greater than limits.maxCalls, so it would never hold: lower it.',
  },
  {
    values: { 'limits.callerStreams': 20, 'limits.maxStreams': 10 },
    sentence: 'limits.callerStreams is greater than limits.maxStreams, so it would never hold: lower it.',
  },
  {
    values: { 'limits.callerParkedCalls': 20, 'config.parkedCalls': 10 },
    sentence: 'limits.callerParkedCalls is greater than config.parkedCalls, so it would never hold: lower it.',
  },
  ...[
    ['tenantCalls', 'maxCalls'],
    ['tenantStreams', 'maxStreams'],
    ['rate', 'tenantRate'],
    ['callerCalls', 'tenantCalls'],
    ['callerStreams', 'tenantStreams'],
    ['callerSessions', 'tenantSessions'],
  ].map(([inner, outer]) => ({
    values: { ...TENANTS, [`limits.${inner}`]: 20, [`limits.${outer}`]: 10 },
    sentence: `limits.${inner} is greater than limits.${outer}, so it would never hold: lower it.`,
  })),
  {
    values: { ...TENANTS, 'limits.rate': 20, 'limits.tenantRate': 20, 'limits.tenantBurst': 50 },
    sentence: 'limits.rateBurst (60) is greater than limits.tenantBurst (50), so it would never hold: lower it.',
  },
  {
    values: { ...TENANTS, 'limits.tenantBurst': 50 },
    sentence: 'limits.tenantBurst is set without a rate: set limits.tenantRate, or remove it.',
  },
  ...['tenantRate', 'tenantCalls', 'tenantStreams', 'tenantSessions'].map((key) => ({
    values: { [`limits.${key}`]: 10 },
    sentence: `limits.${key} is set, but no token has a tenant, so it would limit nobody: set tenant or claims.tenant of an issuer in auth.issuers, or remove it.`,
  })),
  ...['rate', 'callerCalls', 'callerStreams', 'callerSessions', 'callerParkedCalls'].map((key) => ({
    values: { ...INGRESS, [`limits.${key}`]: 10 },
    sentence: `limits.${key} is set, but pods see only the address of the proxy, so all callers would share one limit: set auth.trustedProxies to the addresses of the proxy, or auth.issuers.`,
  })),
];
