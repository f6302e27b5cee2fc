import { expect } from 'vitest';
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
    value: { periodSeconds: 7, httpGet: { path: '/elsewhere', port: 1 } },
    check: ({ container }) => {
      expect(container()[`${kind}Probe`]).toMatchObject({ httpGet: { path, port: 'http' }, periodSeconds: 7 });
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
  inDeployment(
    'updateStrategy',
    { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '50%' } },
    'strategy',
  ),
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
  ...additions,
];
