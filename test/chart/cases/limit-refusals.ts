import type { Refusal } from './refusal.ts';

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
  ...['rate', 'callerCalls', 'callerStreams', 'callerSessions', 'callerParkedCalls'].map((key) => ({
    values: { ...INGRESS, [`limits.${key}`]: 10 },
    sentence: `limits.${key} is set, but pods see only the address of the proxy, so all callers would share one limit: set auth.trustedProxies to the addresses of the proxy, or auth.issuers.`,
  })),
];
