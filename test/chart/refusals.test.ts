import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REFUSALS } from './cases/refusals.ts';
import { CHART, HELM_MAJORS } from './helm.ts';
import { type Judgement, judgeAll } from './judge.ts';
import { refusal, render, schemaErrors } from './render.ts';
import { untested } from './sentences.ts';
import { closedMaps, nest, type Schema, type Values } from './values.ts';

/** What the chart says only where it sees the live objects of a cluster; test/chart-cluster has them. */
const ON_CLUSTERS = /has no ready pods|does not allow that change/;

const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema;

describe.each(HELM_MAJORS)('with helm %s, values that cannot work together', (helm) => {
  let judgements: readonly Judgement[];
  beforeAll(async () => {
    judgements = await judgeAll(
      REFUSALS.map(({ values }) => nest(values)),
      helm,
    );
  });

  it.each(REFUSALS.map((refused, index) => ({ ...refused, index })))(
    'are refused: $sentence',
    ({ index, sentence }) => {
      expect(judgements[index]?.problems).toEqual([sentence]);
    },
  );

  it('are told all at once [chart.refusals]', async () => {
    const values = { terminationGracePeriodSeconds: 1, 'metrics.port': 3000, 'redis.enabled': false };
    const said = await refusal(nest(values), { helm });
    expect(said.split('\n').filter((line) => line.startsWith('  - '))).toHaveLength(3);
  });
});

describe.each(HELM_MAJORS)('with helm %s, the name of a release', (helm) => {
  it.each(['1shop', 'my.shop'])('may not be %s, because a Service could not have it', async (release) => {
    const said = await refusal({}, { helm, release });
    expect(said).toContain(`  - ${NAME_SENTENCE.replace('%q', `"${release}-anypod"`)}`);
    await expect(render({ fullnameOverride: 'shop' }, { helm, release })).resolves.toBeDefined();
  });
});

describe('the sentences', () => {
  it('have a case for every sentence [chart.refusals]', () => {
    const sentences = [NAME_SENTENCE, ...REFUSALS.map(({ sentence }) => sentence)];
    expect(untested(/^_(?!warnings)/, sentences).filter((sentence) => !ON_CLUSTERS.test(sentence))).toEqual([]);
  });
});

const NAME_SENTENCE =
  'The Service would be called %q, but its name must begin with a letter and may contain only a-z, 0-9 and hyphens: set fullnameOverride, or choose another release name.';

const WRONG: readonly [path: string, value: unknown][] = [
  ['replicaCount', 'two'],
  ['replicaCount', -1],
  ['config.drainDelay', '3s'],
  ['config.drainDelay', 1.5],
  ['config.path', 'mcp'],
  ['config.rerun', 'always'],
  ['config.allowedHosts', 'a.example.com'],
  ['image.pullPolicy', 'Sometimes'],
  ['image.digest', 'sha256:1'],
  ['server.module', '/server.ts'],
  ['server.source', 'git'],
  ['secret.keys', []],
  ['payloadKeys.keys', []],
  ['payloadKeys.keys', [1]],
  ['redis.maxmemory', '1Gi'],
  ['redis.persistence.enabled', 'yes'],
  ['externalRedis.url', 'http://redis.example.com'],
  ['externalRedis.port', 70_000],
  ['autoscaling.targetCPU', 0],
  ['blueGreen.activeColor', 'red'],
  ['service.type', 'ExternalName'],
  ['ingress.preset', 'apache'],
  ['networkPolicy.redisPorts', ['6379']],
  ['extraEnv', [{ name: 'N', value: 5 }]],
  ['extraEnv', [{ name: 'N', valu: '5' }]],
  ['extraContainers', [{ name: 'n', image: 'n:1', env: [{ name: 'N', value: true }] }]],
  ['initContainers', [{ image: 'n:1' }]],
  ['extraVolumes', [{ emptyDir: {} }]],
  ['extraVolumeMounts', [{ name: 'n', path: '/n' }]],
  ['tolerations', [{ key: 'n', value: true }]],
  ['dnsConfig.options', [{ name: 'ndots', value: 2 }]],
  ['hostAliases', [{ hostnames: ['n'] }]],
  ['keda.triggers', [{ type: 'cpu', metadata: { value: 60 } }]],
  ['networkPolicy.allowFrom', [{ podselector: {} }]],
  ['ingress.tls', [{ host: 'n' }]],
  ['redis.config', { save: ['900 1'] }],
  ['commonLabels', { version: 1.1 }],
  ['updateStrategy.type', 'Rolling'],
  ['updateStrategy.rollingUpdate.maxSurge', '1'],
  ['podDisruptionBudget.minAvailable', 'half'],
  ['service.ipFamilies', ['IPv5']],
  ['service.ipFamilyPolicy', 'DualStack'],
  ['fullnameOverride', 'Shop'],
  ['fullnameOverride', '1shop'],
  ['enabled', 'yes'],
  ['config.taskTools', { report: 'always' }],
  ['config.taskLimit', 0],
  ['auth.issuers', 'https://login.example.com'],
  ['auth.issuers', [{ jwksUri: 'https://login.example.com/jwks' }]],
  ['auth.issuers', [{ issuer: 'n', introspection: { clientId: 'n', clientSecret: 'hunter2' } }]],
  ['auth.scopes.tools', { report: 'reports:read' }],
  ['auth.clockSkewSeconds', 601],
  ['networkPolicy.issuerPorts', ['8443']],
  ['console.enabled', 'yes'],
  ['console.existingSecret', 5],
  ['console.passwordKey', 5],
  ['console.passwordKey', ''],
  ['console.redis.usernameKey', 7],
  ['console.redis.passwordKey', ''],
  ['console.port', '80'],
  ['console.podLabels', { version: 1.1 }],
];

describe.each(HELM_MAJORS)('with helm %s, the schema', (helm) => {
  let said: readonly string[];
  beforeAll(async () => {
    said = await schemaErrors(
      WRONG.map(([path, value]) => nest({ [path]: value })),
      helm,
    );
  });

  it.each(WRONG.map(([path, value], index) => [path, value, index] as const))('refuses %s: %j', (path, _, index) => {
    expect(said[index]).toMatch(new RegExp(`\\b${path.replaceAll('.', '[./]')}\\b`));
  });
});

describe.concurrent('the schema of the values', () => {
  it('names every key, and refuses others at any depth but in maps that are the user’s own', () => {
    const open = [['', schema] as const, ...closedMaps(schema)].filter(
      ([path, map]) => map.additionalProperties !== false && path !== 'global',
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it.each(['replicas', 'config.drainTimeOut', 'blueGreen.green.image.tags', 'dnsConfig.nameserver'])(
    'refuses %s, unknown to it',
    async (path) => {
      const key = path.split('.').at(-1) as string;
      expect(await refusal(nest({ [path]: 1 }))).toContain(key);
    },
  );

  it('takes what a chart above this one gives to all of its parts', async () => {
    const values: Values = { global: { anything: { of: 'theirs' } } };
    await expect(render(values)).resolves.toBeDefined();
  });
});
