import { expect } from 'vitest';
import type { Manifest } from '../../manifests/documents.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const ON = { 'autoscaling.enabled': true };
const TRIGGERS = [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }];
const KEDA = { 'keda.enabled': true, 'keda.triggers': TRIGGERS };
const TASKS = { 'keda.enabled': true, 'keda.tasks.perPod': 20 };
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

/** KEDA follows the tasks in a Redis that is not the chart's own. */
function outside(redis: object, expected: object): ValueCase {
  return {
    path: 'keda.tasks.perPod',
    value: 5,
    with: { 'keda.enabled': true, 'keda.triggers': TRIGGERS, 'redis.enabled': false, ...redis },
    check: (rendering) => {
      const triggers: Manifest[] = scaledObject(rendering)['triggers'];
      expect(triggers[1]).toMatchObject(expected);
      expect(triggers[1]).not.toHaveProperty('authenticationRef');
    },
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
    path: 'keda.tasks.perPod',
    value: 20,
    with: { 'keda.enabled': true, 'keda.triggers': TRIGGERS, 'config.prefix': 'mine' },
    check: (rendering) => {
      const triggers: Manifest[] = scaledObject(rendering)['triggers'];
      const name = 'demo-anypod-redis';
      expect(triggers).toEqual([
        ...TRIGGERS,
        {
          type: 'redis-streams',
          name: 'tasks',
          metadata: {
            address: `${name}.tools.svc:6379`,
            stream: 'mine:v1:{tasks}:queue',
            consumerGroup: 'pods',
            lagCount: '20',
            activationLagCount: '0',
          },
          authenticationRef: { name },
        },
      ]);
      expect(rendering.find('TriggerAuthentication', '-redis')['spec'].secretTargetRef).toEqual([
        { parameter: 'password', name, key: 'password' },
      ]);
    },
  },
  outside(
    { 'externalRedis.host': 'redis.example', 'externalRedis.db': 2, 'externalRedis.tls.enabled': true },
    {
      type: 'redis-streams',
      metadata: { address: 'redis.example:6379', databaseIndex: '2', enableTLS: 'true' },
    },
  ),
  outside(
    { 'externalRedis.sentinel.nodes': ['one:26379', 'two:26379'], 'externalRedis.sentinel.masterName': 'main' },
    { type: 'redis-sentinel-streams', metadata: { addresses: 'one:26379,two:26379', sentinelMaster: 'main' } },
  ),
  outside(
    { 'externalRedis.cluster.nodes': ['one:6379', 'two:6379'] },
    {
      type: 'redis-cluster-streams',
      metadata: { addresses: 'one:6379,two:6379' },
    },
  ),
  {
    path: 'keda.tasks.authentication',
    value: 'mine',
    with: TASKS,
    check: (rendering) => {
      expect(scaledObject(rendering)['triggers'][0].authenticationRef).toEqual({ name: 'mine' });
      expect(rendering.all('TriggerAuthentication')).toEqual([]);
    },
  },
  {
    path: 'keda.tasks.namespace',
    value: 'scaling',
    with: { ...TASKS, 'networkPolicy.enabled': true },
    check: ({ find }) => {
      const [{ from }] = find('NetworkPolicy', '-redis')['spec'].ingress;
      expect(from).toContainEqual({
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'scaling' } },
      });
    },
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
