import { describe, expect, it } from 'vitest';
import { CHART, createHelm } from './helm.ts';
import { untested } from './sentences.ts';
import { nest } from './values.ts';

const helm = createHelm();

/** What helm prints after an install. */
async function notes(values: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const arguments_ = ['install', 'demo', CHART, '--namespace', 'tools', '--dry-run=client', '--values', '-'];
  const { ok, stdout, stderr } = await helm(arguments_, JSON.stringify(nest(values)));
  expect(ok, stderr).toBe(true);
  return stdout.slice(stdout.indexOf('NOTES:'));
}

const GATEWAY = { 'httpRoute.enabled': true, 'httpRoute.parentRefs': [{ name: 'gateway' }] };

const ENDPOINTS: readonly [url: string, values: Readonly<Record<string, unknown>>][] = [
  ['http://127.0.0.1:3000/mcp', {}],
  ['In the cluster: http://demo-anypod.tools.svc:8080/shop', { 'service.port': 8080, 'config.path': '/shop' }],
  ['http://a.example.com/mcp', { 'ingress.enabled': true, 'ingress.hosts': ['a.example.com'] }],
  ['https://b.example.com/mcp', { 'ingress.enabled': true, 'ingress.hosts': ['b.example.com'], 'ingress.tls': [{}] }],
  ['https://c.example.com/mcp', { ...GATEWAY, 'httpRoute.hostnames': ['c.example.com'] }],
  ['.status.loadBalancer', { 'service.type': 'LoadBalancer' }],
  ['.nodePort', { 'service.type': 'NodePort' }],
];

const WARNINGS: readonly [sentence: string, values: Readonly<Record<string, unknown>>][] = [
  ['The Redis in this release is for trials: one server, no failover.', {}],
  ['It has no volume, since redis.persistence is off', { 'redis.persistence.enabled': false }],
];

describe.concurrent('the notes', () => {
  it.each(ENDPOINTS)('say %s', async (url, values) => {
    expect(await notes(values)).toContain(url);
  });

  it.each(WARNINGS)('warn: %s', async (sentence, values) => {
    expect(await notes(values)).toContain(sentence);
  });
});
