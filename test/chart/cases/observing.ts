import { expect } from 'vitest';
import type { Manifest } from '../../manifests/documents.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const ON = { 'metrics.serviceMonitor.enabled': true };
const RULE = { ...ON, 'metrics.prometheusRule.enabled': true };
const DASHBOARD = { 'metrics.dashboard.enabled': true };
const KEEP = [{ sourceLabels: ['__name__'], action: 'keep', regex: 'anypod_.*' }];

const endpoint = ({ find }: Rendering): Manifest => find('ServiceMonitor')['spec'].endpoints[0];
const PROTECTED = { 'auth.issuers': ['https://login.example.com'], 'auth.publicUrls': ['https://mcp.example.com/mcp'] };
/** The Secret that the test's pod mounts. */
const tokenOf = ({ find }: Rendering): unknown =>
  find('Pod', '-check')['spec'].volumes.find(({ name }: Manifest) => name === 'token')?.secret;
const check = ({ find }: Rendering): string[] => find('Pod', '-check')['spec'].containers[0].args;

/** A value that stands in the ServiceMonitor's endpoint as it was given. */
function inEndpoint(key: string, value: unknown): ValueCase {
  return {
    path: `metrics.serviceMonitor.${key}`,
    value,
    with: ON,
    check: (rendering) => expect(endpoint(rendering)[key]).toEqual(value),
  };
}

/** A value of the test's pod, beside or over that of the server's pods. */
function inTest(
  key: string,
  value: object,
  shown: (pod: Manifest) => unknown,
  beside: Readonly<Record<string, unknown>> = {},
  more: object = {},
): ValueCase {
  return {
    path: `tests.${key}`,
    value,
    with: beside,
    check: ({ find }) => {
      const all = shown(find('Pod', '-check'));
      if (Array.isArray(more)) expect(all).toEqual(more);
      else expect(all).toMatchObject({ ...more, ...value });
    },
  };
}

/** Values of the server's pods that the test's pod has too. */
const FED: readonly [path: string, value: unknown][] = [
  ['affinity', { nodeAffinity: {} }],
  ['priorityClassName', 'high'],
  ['runtimeClassName', 'gvisor'],
  ['schedulerName', 'binpack'],
  ['dnsPolicy', 'Default'],
  ['hostAliases', [{ ip: '192.0.2.1', hostnames: ['redis.example.com'] }]],
];

export const observing: readonly ValueCase[] = [
  {
    path: 'metrics.enabled',
    value: false,
    check: ({ env, container, find }) => {
      expect(env('ANYPOD_METRICS_PORT')).toBe('0');
      expect(container()['ports'].map(({ name }: Manifest) => name)).toEqual(['http']);
      expect(find('Service', '-pods')['spec'].ports.map(({ name }: Manifest) => name)).toEqual(['http']);
    },
  },
  {
    path: 'metrics.port',
    value: 9999,
    check: ({ env, container, find }) => {
      expect(env('ANYPOD_METRICS_PORT')).toBe('9999');
      expect(container()['ports']).toContainEqual({ name: 'metrics', containerPort: 9999, protocol: 'TCP' });
      expect(find('Service', '-pods')['spec'].ports).toContainEqual(expect.objectContaining({ port: 9999 }));
    },
  },
  {
    path: 'metrics.serviceMonitor.enabled',
    value: true,
    check: (rendering) => expect(endpoint(rendering)).toMatchObject({ port: 'metrics', path: '/metrics' }),
  },
  inEndpoint('interval', '60s'),
  inEndpoint('scrapeTimeout', '5s'),
  inEndpoint('relabelings', KEEP),
  inEndpoint('metricRelabelings', KEEP),
  {
    path: 'metrics.serviceMonitor.labels',
    value: { release: 'prometheus' },
    with: ON,
    check: ({ find }) => expect(find('ServiceMonitor').metadata.labels).toMatchObject({ release: 'prometheus' }),
  },
  {
    path: 'metrics.prometheusRule.enabled',
    value: true,
    with: ON,
    check: ({ find }) => {
      const [{ rules }] = find('PrometheusRule')['spec'].groups;
      expect(rules.length).toBeGreaterThan(10);
      for (const { expr, annotations } of rules) {
        expect(expr).toMatch(/\{[^}]*namespace="[^"]+",service="[^"]+-pods"\}/);
        expect(expr).not.toContain('SCOPE');
        expect(annotations.runbook).toMatch(/^docs\/operations\.md#/);
        expect(annotations.runbook_url).toBeUndefined();
      }
    },
  },
  {
    path: 'metrics.prometheusRule.labels',
    value: { release: 'prometheus' },
    with: RULE,
    check: ({ find }) => expect(find('PrometheusRule').metadata.labels).toMatchObject({ release: 'prometheus' }),
  },
  {
    path: 'metrics.prometheusRule.disabled',
    value: ['AnypodSlow'],
    with: RULE,
    check: ({ find }) => {
      const names = find('PrometheusRule')['spec'].groups[0].rules.map(({ alert }: Manifest) => alert);
      expect(names).toContain('AnypodHeap');
      expect(names).not.toContain('AnypodSlow');
    },
  },
  {
    path: 'metrics.prometheusRule.docsUrl',
    value: 'https://docs.example.com/anypod/',
    with: RULE,
    check: ({ find }) =>
      expect(find('PrometheusRule')['spec'].groups[0].rules[0].annotations.runbook_url).toBe(
        'https://docs.example.com/anypod/operations.md#pods-are-not-ready',
      ),
  },
  {
    path: 'metrics.dashboard.enabled',
    value: true,
    check: ({ find }) => {
      const { metadata, ...map } = find('ConfigMap', '-dashboard');
      expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
      expect(JSON.parse(map['data']['anypod.json'])).toMatchObject({ title: 'anypod', schemaVersion: 39 });
    },
  },
  {
    path: 'metrics.dashboard.labels',
    value: { dashboards: 'mcp' },
    with: DASHBOARD,
    check: ({ find }) => expect(find('ConfigMap', '-dashboard').metadata.labels).toMatchObject({ dashboards: 'mcp' }),
  },
  {
    path: 'metrics.dashboard.annotations',
    value: { grafana_folder: 'MCP' },
    with: DASHBOARD,
    check: ({ find }) =>
      expect(find('ConfigMap', '-dashboard').metadata.annotations).toEqual({ grafana_folder: 'MCP' }),
  },
  {
    path: 'tracing.endpoint',
    value: 'http://collector:4318',
    with: { 'networkPolicy.enabled': true },
    check: ({ env, find }) => {
      expect(env('OTEL_EXPORTER_OTLP_ENDPOINT')).toBe('http://collector:4318');
      expect(find('NetworkPolicy')['spec'].egress).toContainEqual({ ports: [{ port: 4318, protocol: 'TCP' }] });
    },
  },
  {
    path: 'tracing.sampling',
    value: 0.5,
    with: { 'tracing.endpoint': 'https://collector' },
    check: ({ env }) => expect(env('ANYPOD_TRACE_SAMPLING')).toBe('0.5'),
  },
  {
    path: 'tests.enabled',
    value: false,
    check: ({ all }) => expect(all('Pod')).toEqual([]),
  },
  inTest(
    'podLabels',
    { tier: 'test' },
    ({ metadata }) => metadata.labels,
    { podLabels: { tier: 'web', team: 'shop' } },
    { team: 'shop' },
  ),
  inTest(
    'podAnnotations',
    { 'sidecar.istio.io/inject': 'false' },
    ({ metadata }) => metadata.annotations,
    { podAnnotations: { 'sidecar.istio.io/inject': 'true', team: 'shop' } },
    { team: 'shop', 'helm.sh/hook': 'test' },
  ),
  inTest(
    'nodeSelector',
    { pool: 'test' },
    ({ spec }) => spec.nodeSelector,
    { nodeSelector: { disk: 'ssd' } },
    { disk: 'ssd' },
  ),
  inTest('affinity', { nodeAffinity: {} }, ({ spec }) => spec.affinity),
  inTest('resources', { limits: { memory: '1Gi' } }, ({ spec }) => spec.containers[0].resources),
  inTest(
    'tolerations',
    [{ key: 'test' }],
    ({ spec }) => spec.tolerations,
    { tolerations: [{ key: 'spot', operator: 'Exists' }] },
    [{ key: 'spot', operator: 'Exists' }, { key: 'test' }],
  ),
  inTest('imagePullSecrets', ['test'], ({ spec }) => spec.imagePullSecrets, { imagePullSecrets: ['own'] }, [
    { name: 'own' },
    { name: 'test' },
  ]),
  ...FED.map(([path, value]): ValueCase => {
    return { path, value, check: ({ find }) => expect(find('Pod', '-check')['spec'][path]).toEqual(value) };
  }),
  {
    path: 'tests.token.existingSecret',
    value: 'smoke-test',
    with: PROTECTED,
    check: (rendering) => {
      expect(tokenOf(rendering)).toMatchObject({ secretName: 'smoke-test', items: [{ key: 'token', path: 'token' }] });
      expect(check(rendering).join(' ')).toContain('--token-file /run/secrets/anypod/token');
      expect(check(rendering)).not.toContain('--challenge');
    },
  },
  {
    path: 'tests.token.key',
    value: 'access-token',
    with: { ...PROTECTED, 'tests.token.existingSecret': 'smoke-test' },
    check: (rendering) => expect(tokenOf(rendering)).toMatchObject({ items: [{ key: 'access-token' }] }),
  },
  {
    path: 'auth.issuers',
    value: PROTECTED['auth.issuers'],
    needs: { 'auth.publicUrls': PROTECTED['auth.publicUrls'] },
    check: (rendering) => {
      expect(check(rendering)).toContain('--challenge');
      expect(check(rendering)).not.toContain('--tool');
    },
  },
  {
    path: 'tests.tool',
    value: 'greet',
    check: (rendering) => expect(check(rendering).join(' ')).toContain('--tool greet'),
  },
  {
    path: 'tests.arguments',
    value: { name: 'Ann "A" Lee' },
    with: { 'tests.tool': 'greet' },
    check: (rendering) => expect(check(rendering)).toContain('{"name":"Ann \\"A\\" Lee"}'),
  },
];
