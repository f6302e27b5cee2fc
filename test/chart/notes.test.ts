import { beforeAll, describe, expect, it } from 'vitest';
import { CHART, createCommand, HELM_MAJORS } from './helm.ts';
import { judgeAll } from './judge.ts';
import { untested } from './sentences.ts';
import { type ByPath, nest } from './values.ts';

const GATEWAY = { 'httpRoute.enabled': true, 'httpRoute.parentRefs': [{ name: 'gateway' }] };

const CONSOLE = { 'console.enabled': true, 'console.port': 8443 };

const ENDPOINTS: readonly [url: string, values: Readonly<Record<string, unknown>>][] = [
  ['http://127.0.0.1:3000/mcp', {}],
  ['In the cluster: http://demo-anypod.tools.svc:8080/shop', { 'service.port': 8080, 'config.path': '/shop' }],
  ['http://a.example.com/mcp', { 'ingress.enabled': true, 'ingress.hosts': ['a.example.com'] }],
  ['https://b.example.com/mcp', { 'ingress.enabled': true, 'ingress.hosts': ['b.example.com'], 'ingress.tls': [{}] }],
  ['https://c.example.com/mcp', { ...GATEWAY, 'httpRoute.hostnames': ['c.example.com'] }],
  ['.status.loadBalancer', { 'service.type': 'LoadBalancer' }],
  ['.nodePort', { 'service.type': 'NodePort' }],
  ['port-forward service/demo-anypod-console 8080:8443', CONSOLE],
];

const OUTSIDE = { 'redis.enabled': false, 'externalRedis.host': 'redis.example.com' };

const WARNINGS: readonly [sentence: string, values: Readonly<Record<string, unknown>>][] = [
  [
    'The Redis in this release is for trials: one server, no failover. For production set redis.enabled=false and externalRedis.',
    {},
  ],
  [
    'The Redis in this release has no volume, because redis.persistence is off or the cluster has no default StorageClass. All sessions end when its pod goes.',
    { 'redis.persistence.enabled': false },
  ],
  [
    'The Redis in this release requires no password, so everybody who reaches it can read all sessions. Set redis.auth.enabled=true.',
    { 'redis.auth.enabled': false },
  ],
  ['Pods use the external Redis without a password. Set externalRedis.existingSecret and passwordKey.', OUTSIDE],
  [
    'The chart generated the secret that signs ids, in Secret demo-anypod, which stays after an uninstall. A renderer without access to the cluster (helm template, Argo CD) would generate another secret each time: set secret.existingSecret there.',
    {},
  ],
  ['With fewer than 2 pods, clients wait while a rollout replaces a pod. Set replicaCount=2.', { replicaCount: 1 }],
  [
    'image.tag is latest, so pods of one release may run different versions. Set a version or a digest.',
    { 'image.tag': 'latest' },
  ],
  [
    'Pods have no memory limit, and Node derives its heap size from that limit. Set resources.limits.memory.',
    { resources: { limits: { memory: null } } },
  ],
  [
    'networkPolicy.allowFrom is empty, so only pods of this release can reach the server. Name your ingress or gateway.',
    { 'networkPolicy.enabled': true },
  ],
  [
    'The Ingress has no TLS. Unless its controller adds TLS, session ids travel unencrypted. Set ingress.tls.',
    { 'ingress.enabled': true },
  ],
  [
    'Pods ask nobody for a token. Unless something in front of them checks callers, everybody may call. Set auth.issuers.',
    { 'service.type': 'LoadBalancer' },
  ],
  [
    'Pods serve requests for any host name. Set config.allowedHosts to your host names.',
    { 'ingress.enabled': true, 'ingress.hosts': ['a.example.com'] },
  ],
];

const INGRESS_WITH_TOKENS = {
  'ingress.enabled': true,
  'ingress.tls': [{ hosts: ['mcp.example.com'], secretName: 'tls' }],
  'config.allowedHosts': ['mcp.example.com'],
  'auth.issuers': ['https://login.example.com'],
  'auth.publicUrls': ['https://mcp.example.com/mcp'],
};

/** Nothing of which the notes would have to warn. */
const PRODUCTION = {
  ...OUTSIDE,
  ...INGRESS_WITH_TOKENS,
  'externalRedis.existingSecret': 'redis',
  'externalRedis.passwordKey': 'password',
  'secret.existingSecret': 'signing',
};

const BLUE_GREEN = {
  'blueGreen.enabled': true,
  'blueGreen.activeColor': 'blue',
  'blueGreen.blue.replicas': 2,
  'blueGreen.green.replicas': 0,
  'blueGreen.green.image.tag': '2.0',
};

describe.each(HELM_MAJORS)('the notes of helm %s', (helm) => {
  const SETS = [...ENDPOINTS, ...WARNINGS].map(([, values]) => values);
  let notes: readonly string[];
  let production: string;
  let colored: string;

  beforeAll(async () => {
    const judgements = await judgeAll([PRODUCTION, BLUE_GREEN, ...SETS].map(nest), helm);
    expect(judgements.flatMap(({ problems }) => problems)).toEqual([]);
    [production = '', colored = '', ...notes] = judgements.map((judgement) => judgement.notes);
  });

  const notesOf = (values: object) => notes[SETS.indexOf(values as ByPath)];

  it.each(ENDPOINTS)('say %s', (url, values) => {
    expect(notesOf(values)).toContain(url);
  });

  it('say where each colour of a blue-green release stands, and how to flip', () => {
    expect(colored).toContain('service/demo-anypod sends to blue, service/demo-anypod-preview to green');
    expect(colored).toContain('green: anypod:2.0, 0 pods');
    expect(colored).toContain(`patch service demo-anypod -p '{"spec":{"selector":{"color":"green"}}}'`);
  });

  it.each(WARNINGS)('warn: %s', (sentence, values) => {
    expect(notesOf(values)).toContain(`  - ${sentence}`);
    expect(production).not.toContain(sentence);
  });
});

describe('the notes', () => {
  it('are what helm prints after an install', async () => {
    const arguments_ = ['install', 'demo', CHART, '--namespace', 'tools', '--dry-run=client'];
    const { ok, stdout, stderr } = await createCommand('helm')(arguments_);
    expect(ok, stderr).toBe(true);
    expect(stdout.slice(stdout.indexOf('NOTES:'))).toContain('http://127.0.0.1:3000/mcp');
  });

  it('have a case for every warning', () => {
    const sentences = WARNINGS.map(([sentence]) => sentence);
    expect(untested(/^_warnings/, sentences)).toEqual([]);
  });
});
