import { expect } from 'vitest';
import { podTemplates } from '../../manifests/pod-templates.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const SAFE = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
const helper = (name: string) => ({ name, image: 'helper:1', securityContext: SAFE });

/** A value that stands in the pods' spec as it was given. */
function inPod(key: string, value: unknown): ValueCase {
  return { path: key, value, check: ({ template }) => expect(template()['spec'][key]).toEqual(value) };
}

/** A value that stands in the Deployment's spec as it was given. */
function inDeployment(key: string, value: unknown, field = key): ValueCase {
  return { path: key, value, check: ({ find }) => expect(find('Deployment')['spec'][field]).toEqual(value) };
}

/** A probe keeps its path, whatever else is set. */
function probe(kind: string, path: string): ValueCase {
  return {
    path: `probes.${kind}`,
    value: { periodSeconds: 7, httpGet: { path: '/elsewhere', port: 1 }, tcpSocket: { port: 1 } },
    check: ({ container }) => {
      expect(container()[`${kind}Probe`]).toMatchObject({ httpGet: { path, port: 'http' }, periodSeconds: 7 });
      expect(container()[`${kind}Probe`]).not.toHaveProperty('tcpSocket');
    },
  };
}

const graceOf = ({ template }: Rendering): number => template()['spec'].terminationGracePeriodSeconds;
const spreadOf = ({ template }: Rendering) => template()['spec'].topologySpreadConstraints;

const scheduling: readonly ValueCase[] = [
  {
    path: 'topologySpread.enabled',
    value: false,
    check: (rendering) => expect(spreadOf(rendering)).toBeUndefined(),
  },
  {
    path: 'topologySpread.whenUnsatisfiable',
    value: 'DoNotSchedule',
    check: (rendering) => expect(spreadOf(rendering)[0].whenUnsatisfiable).toBe('DoNotSchedule'),
  },
  {
    path: 'topologySpread.topologyKeys',
    value: ['rack'],
    check: (rendering) => {
      expect(spreadOf(rendering)).toHaveLength(1);
      expect(spreadOf(rendering)[0]).toMatchObject({ topologyKey: 'rack', matchLabelKeys: ['pod-template-hash'] });
    },
  },
  inPod('topologySpreadConstraints', [
    {
      maxSkew: 2,
      topologyKey: 'rack',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'server' } },
    },
  ]),
  inPod('affinity', { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } }),
  inPod('nodeSelector', { disk: 'ssd' }),
  inPod('tolerations', [{ key: 'spot', operator: 'Exists' }]),
  inPod('priorityClassName', 'high'),
  inPod('runtimeClassName', 'gvisor'),
  inPod('schedulerName', 'binpack'),
];

/** A list of the resolver's configuration. */
function inDnsConfig(key: string, value: unknown): ValueCase {
  return {
    path: `dnsConfig.${key}`,
    value,
    check: ({ template }) => expect(template()['spec'].dnsConfig).toEqual({ [key]: value }),
  };
}

const resolving: readonly ValueCase[] = [
  inPod('dnsPolicy', 'Default'),
  inDnsConfig('nameservers', ['192.0.2.53']),
  inDnsConfig('searches', ['example.com']),
  inDnsConfig('options', [{ name: 'ndots', value: '2' }]),
  inPod('hostAliases', [{ ip: '192.0.2.1', hostnames: ['redis.example.com'] }]),
];

const additions: readonly ValueCase[] = [
  {
    path: 'extraEnv',
    value: [{ name: 'SHOP', value: 'open' }],
    check: ({ env }) => expect(env('SHOP')).toBe('open'),
  },
  {
    path: 'envFrom',
    value: [{ configMapRef: { name: 'shop' } }],
    check: ({ container }) => expect(container()['envFrom']).toEqual([{ configMapRef: { name: 'shop' } }]),
  },
  {
    path: 'extraVolumes',
    value: [{ name: 'shop', configMap: { name: 'shop' } }],
    check: ({ template }) => {
      expect(template()['spec'].volumes).toContainEqual({ name: 'shop', configMap: { name: 'shop' } });
    },
  },
  {
    path: 'extraVolumeMounts',
    value: [{ name: 'shop', mountPath: '/shop' }],
    with: { extraVolumes: [{ name: 'shop', configMap: { name: 'shop' } }] },
    check: ({ container }) => expect(container()['volumeMounts']).toContainEqual({ name: 'shop', mountPath: '/shop' }),
  },
  {
    path: 'extraContainers',
    value: [helper('beside')],
    check: ({ template }) => expect(template()['spec'].containers.slice(1)).toEqual([helper('beside')]),
  },
  inPod('initContainers', [helper('before')]),
  {
    path: 'extraObjects',
    value: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-anypod-map' } },
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "anypod.fullname" . }}-text\n',
    ],
    check: ({ find }) => {
      expect(find('ConfigMap', '-map')).toBeDefined();
      expect(find('ConfigMap', '-text')).toBeDefined();
    },
  },
];

export const pods: readonly ValueCase[] = [
  inDeployment('replicaCount', 5, 'replicas'),
  {
    path: 'updateStrategy.type',
    value: 'Recreate',
    check: ({ find }) => expect(find('Deployment')['spec'].strategy).toEqual({ type: 'Recreate' }),
  },
  {
    path: 'updateStrategy.rollingUpdate.maxSurge',
    value: '50%',
    check: ({ find }) => {
      expect(find('Deployment')['spec'].strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: '50%' });
    },
  },
  {
    path: 'updateStrategy.rollingUpdate.maxUnavailable',
    value: 1,
    check: ({ find }) => {
      expect(find('Deployment')['spec'].strategy.rollingUpdate).toEqual({ maxUnavailable: 1, maxSurge: 1 });
    },
  },
  inDeployment('minReadySeconds', 30),
  inDeployment('revisionHistoryLimit', 2),
  {
    path: 'drain.preStop',
    value: 12,
    check: (rendering) => {
      expect(rendering.container()['lifecycle'].preStop.sleep).toEqual({ seconds: 12 });
      expect(graceOf(rendering)).toBe(12 + 3 + 1 + 25 + 10);
    },
  },
  {
    path: 'drain.margin',
    value: 20,
    check: (rendering) => expect(graceOf(rendering)).toBe(5 + 3 + 1 + 25 + 20),
  },
  {
    path: 'terminationGracePeriodSeconds',
    value: 300,
    check: (rendering) => expect(graceOf(rendering)).toBe(300),
  },
  {
    path: 'resources',
    value: { limits: { memory: '1Gi' } },
    check: ({ container }) => {
      expect(container()['resources']).toEqual({
        requests: { cpu: '100m', memory: '256Mi' },
        limits: { memory: '1Gi' },
      });
    },
  },
  probe('startup', '/startupz'),
  probe('readiness', '/readyz'),
  probe('liveness', '/livez'),
  {
    path: 'podSecurityContext',
    value: { runAsUser: 2000 },
    check: ({ template }) => {
      expect(template()['spec'].securityContext).toMatchObject({ runAsUser: 2000, runAsNonRoot: true });
    },
  },
  {
    path: 'platformUserIds',
    value: true,
    with: { 'securityContext.runAsUser': 2000 },
    check: ({ text, manifests }) => {
      expect(text).not.toMatch(/runAsUser|runAsGroup|fsGroup/);
      const pods = podTemplates(manifests);
      expect(pods).toHaveLength(3);
      for (const { spec } of pods) expect(spec.securityContext.runAsNonRoot).toBe(true);
    },
  },
  {
    path: 'securityContext',
    value: { runAsUser: 2000 },
    check: ({ container }) => {
      expect(container()['securityContext']).toMatchObject({ runAsUser: 2000, readOnlyRootFilesystem: true });
    },
  },
  {
    path: 'serviceAccount.create',
    value: false,
    check: ({ all, template }) => {
      expect(all('ServiceAccount')).toEqual([]);
      expect(template()['spec'].serviceAccountName).toBe('default');
    },
  },
  {
    path: 'serviceAccount.name',
    value: 'shop',
    check: ({ all, template }) => {
      expect(all('ServiceAccount').map(({ metadata }) => metadata.name)).toEqual(['shop']);
      expect(template()['spec'].serviceAccountName).toBe('shop');
    },
  },
  {
    path: 'serviceAccount.automount',
    value: true,
    allows: /gets a service account token$/,
    check: ({ find, template }) => {
      expect(find('ServiceAccount')['automountServiceAccountToken']).toBe(true);
      expect(template()['spec'].automountServiceAccountToken).toBe(true);
      expect(find('Pod', '-check')['spec'].automountServiceAccountToken).toBe(false);
    },
  },
  {
    path: 'serviceAccount.annotations',
    value: { role: 'shop' },
    check: ({ find }) => expect(find('ServiceAccount').metadata.annotations).toMatchObject({ role: 'shop' }),
  },
  {
    path: 'podLabels',
    value: { tier: 'web', 'app.kubernetes.io/component': 'another' },
    check: ({ template }) => {
      expect(template().metadata.labels).toMatchObject({ tier: 'web', 'app.kubernetes.io/component': 'server' });
    },
  },
  {
    path: 'podAnnotations',
    value: { tier: 'web' },
    check: ({ template }) => expect(template().metadata.annotations).toMatchObject({ tier: 'web' }),
  },
  ...scheduling,
  ...resolving,
  ...additions,
];
