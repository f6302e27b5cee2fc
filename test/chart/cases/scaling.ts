import { expect } from 'vitest';
import type { Manifest } from '../../manifests/documents.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const ON = { 'autoscaling.enabled': true };
const TRIGGERS = [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }];
const KEDA = { 'keda.enabled': true, 'keda.triggers': TRIGGERS };
const BEHAVIOR = { scaleDown: { stabilizationWindowSeconds: 900 } };

const autoscaler = ({ find }: Rendering): Manifest => find('HorizontalPodAutoscaler')['spec'];
const scaledObject = ({ find }: Rendering): Manifest => find('ScaledObject')['spec'];
const budget = ({ find }: Rendering): Manifest => find('PodDisruptionBudget')['spec'];

function autoscaling(key: string, value: unknown, expected: object, others: object = {}): ValueCase {
  return {
    path: `autoscaling.${key}`,
    value,
    with: { ...ON, ...others },
    check: (rendering) => expect(autoscaler(rendering)).toMatchObject(expected),
  };
}

function perPod(key: string, metric: string): ValueCase {
  return {
    path: `autoscaling.${key}`,
    value: 1_000_000,
    with: ON,
    check: (rendering) => {
      expect(autoscaler(rendering)['metrics']).toContainEqual({
        type: 'Pods',
        pods: { metric: { name: metric }, target: { type: 'AverageValue', averageValue: '1000000' } },
      });
    },
  };
}

function keda(key: string, value: unknown, field: string): ValueCase {
  return {
    path: `keda.${key}`,
    value,
    with: KEDA,
    check: (rendering) => expect(scaledObject(rendering)[field]).toEqual(value),
  };
}

export const scaling: readonly ValueCase[] = [
  {
    path: 'podDisruptionBudget.enabled',
    value: false,
    check: ({ all }) => expect(all('PodDisruptionBudget')).toEqual([]),
  },
  {
    path: 'podDisruptionBudget.maxUnavailable',
    value: '25%',
    check: (rendering) => expect(budget(rendering)).toMatchObject({ maxUnavailable: '25%' }),
  },
  {
    path: 'podDisruptionBudget.minAvailable',
    value: 2,
    with: { replicaCount: 3 },
    check: (rendering) => {
      expect(budget(rendering)).toMatchObject({ minAvailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
      expect(budget(rendering)).not.toHaveProperty('maxUnavailable');
    },
  },
  {
    path: 'autoscaling.enabled',
    value: true,
    check: (rendering) => {
      expect(autoscaler(rendering)['scaleTargetRef'].name).toBe('demo-anypod');
      expect(autoscaler(rendering)['behavior'].scaleDown.stabilizationWindowSeconds).toBeGreaterThanOrEqual(300);
      expect(rendering.find('Deployment')['spec']).not.toHaveProperty('replicas');
    },
  },
  autoscaling('minReplicas', 3, { minReplicas: 3 }),
  autoscaling('maxReplicas', 30, { maxReplicas: 30 }),
  autoscaling('targetCPU', 55, { metrics: [{ resource: { target: { averageUtilization: 55 } } }] }),
  perPod('targetRequestsInFlight', 'anypod_requests_in_flight'),
  perPod('targetOpenStreams', 'anypod_streams_open'),
  autoscaling(
    'metrics',
    [{ type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } } }],
    { metrics: [{ resource: { name: 'cpu' } }, { resource: { name: 'memory' } }] },
  ),
  autoscaling('behavior', BEHAVIOR, { behavior: BEHAVIOR }),
  {
    path: 'keda.enabled',
    value: true,
    with: { 'keda.triggers': TRIGGERS },
    check: (rendering) => {
      expect(scaledObject(rendering)['scaleTargetRef'].name).toBe('demo-anypod');
      expect(rendering.find('Deployment')['spec']).not.toHaveProperty('replicas');
    },
  },
  keda('minReplicas', 0, 'minReplicaCount'),
  keda('maxReplicas', 30, 'maxReplicaCount'),
  keda('pollingInterval', 5, 'pollingInterval'),
  keda('cooldownPeriod', 2_592_000, 'cooldownPeriod'),
  {
    path: 'keda.triggers',
    value: TRIGGERS,
    instead: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } }],
    with: { 'keda.enabled': true },
    check: (rendering) => expect(scaledObject(rendering)['triggers']).toEqual(TRIGGERS),
  },
  {
    path: 'keda.behavior',
    value: BEHAVIOR,
    with: KEDA,
    check: (rendering) => {
      expect(scaledObject(rendering)['advanced'].horizontalPodAutoscalerConfig.behavior).toMatchObject(BEHAVIOR);
    },
  },
];
