import { AUTH_REFUSALS } from './auth-refusals.ts';
import { CONSOLE_REFUSALS } from './console-refusals.ts';
import { LIMIT_REFUSALS } from './limit-refusals.ts';
import { REDIS_REFUSALS } from './redis-refusals.ts';
import type { Refusal } from './refusal.ts';

const SCALING = { 'autoscaling.enabled': true };
const KEDA = { 'keda.enabled': true, 'keda.triggers': [{ type: 'cpu', metadata: { value: '60' } }] };

const BLUE_GREEN = {
  'blueGreen.enabled': true,
  'blueGreen.activeColor': 'blue',
  'blueGreen.blue.replicas': 2,
  'blueGreen.green.replicas': 0,
};

/** A budget that never allows an eviction, in one of its spellings. */
function undrainable(minAvailable: number | string, pods: number, others: Refusal['values'] = {}): Refusal {
  return {
    values: { 'podDisruptionBudget.minAvailable': minAvailable, ...others },
    sentence: `podDisruptionBudget.minAvailable is ${minAvailable}, and there may be only ${pods} pods, so nobody could drain a node with one: set it lower, or use maxUnavailable=1 instead.`,
  };
}

const ofServer: readonly Refusal[] = [
  {
    values: { 'server.source': 'configMap' },
    sentence:
      'server.source is configMap, but there is no module: pass its text with --set-file server.inline=server.ts, or name a ConfigMap in server.configMap.name.',
  },
  {
    values: { 'server.source': 'configMap', 'server.inline': 'export default 1;', 'server.configMap.name': 'shop' },
    sentence: 'server.inline and server.configMap.name are both set: keep one.',
  },
  {
    values: { 'server.inline': 'export default 1;' },
    sentence:
      'server.inline and server.configMap.name are not used with server.source=image: set server.source=configMap.',
  },
  {
    values: { 'server.source': 'volume' },
    sentence:
      'server.source is volume, but server.volume is empty: set the source of the volume there, e.g. persistentVolumeClaim: {claimName: my-server}.',
  },
  {
    values: { 'server.volume': { emptyDir: {} } },
    sentence: 'server.volume is not used with server.source=image: set server.source=volume.',
  },
];

const ofPods: readonly Refusal[] = [
  {
    values: { 'metrics.prometheusRule.enabled': true },
    sentence:
      'metrics.prometheusRule.enabled is set without the ServiceMonitor, so every alert would look at nothing: set metrics.serviceMonitor.enabled=true.',
  },
  {
    values: { extraEnv: [{ name: 'ANYPOD_LOG_LEVEL', value: 'debug' }], 'config.logLevel': 'info' },
    sentence:
      'extraEnv sets ANYPOD_LOG_LEVEL, but the chart sets this variable itself: use the chart value for it (in config, auth, secret, payloadKeys, admin, redis, externalRedis or metrics).',
  },
  {
    values: { terminationGracePeriodSeconds: 30 },
    sentence:
      'terminationGracePeriodSeconds is 30, but pods need 44 seconds to shut down without a loss (drain.preStop + config.drainDelay + config.retry + config.drainTimeout + drain.margin): remove it, raise it to 44, or lower config.drainTimeout.',
  },
  {
    values: { updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '00%' } } },
    sentence:
      'updateStrategy.rollingUpdate: maxUnavailable and maxSurge are both 0, so a rollout could never replace a pod: set maxSurge=1.',
  },
  {
    values: { 'podDisruptionBudget.minAvailable': 1, 'podDisruptionBudget.maxUnavailable': 2 },
    sentence: 'podDisruptionBudget.minAvailable and maxUnavailable are both set: keep one.',
  },
  {
    values: { 'podDisruptionBudget.maxUnavailable': null },
    sentence:
      'podDisruptionBudget has neither maxUnavailable nor minAvailable: set one, or podDisruptionBudget.enabled=false.',
  },
  ...[0, '0', '0%', '00%'].map((maxUnavailable) => ({
    values: { 'podDisruptionBudget.maxUnavailable': maxUnavailable },
    sentence: `podDisruptionBudget.maxUnavailable is ${maxUnavailable}, so nobody could ever drain a node with a pod: set it to 1.`,
  })),
  undrainable(2, 2),
  undrainable('2', 2),
  undrainable('100%', 2),
  undrainable('150%', 2),
  undrainable('51%', 2),
  undrainable('1%', 1, { replicaCount: 1 }),
  undrainable(3, 3, { 'autoscaling.enabled': true, 'autoscaling.minReplicas': 3 }),
  undrainable(1, 1, { ...KEDA, 'keda.minReplicas': 0 }),
  undrainable(2, 2, BLUE_GREEN),
  {
    values: { extraVolumes: [{ name: 'tmp', emptyDir: {} }] },
    sentence: 'extraVolumes: the pod has "tmp" already, and Kubernetes refuses it twice: use another one.',
  },
  {
    values: {
      extraVolumes: [{ name: 'more', emptyDir: {} }],
      extraVolumeMounts: [{ name: 'more', mountPath: '/tmp' }],
    },
    sentence: 'extraVolumeMounts: the pod has "/tmp" already, and Kubernetes refuses it twice: use another one.',
  },
  {
    values: { extraContainers: [{ name: 'server', image: 'other:1' }] },
    sentence: 'extraContainers: the pod has "server" already, and Kubernetes refuses it twice: use another one.',
  },
  {
    values: { dnsPolicy: 'None' },
    sentence: 'dnsPolicy is None, so pods would have no name server: set dnsConfig.nameservers.',
  },
];

const ofScaling: readonly Refusal[] = [
  {
    values: { ...SCALING, ...KEDA },
    sentence: 'autoscaling and keda are both enabled and would fight over the number of pods: keep one.',
  },
  {
    values: { ...SCALING, 'autoscaling.minReplicas': 20 },
    sentence: 'autoscaling.minReplicas is 20 and maxReplicas 10: raise maxReplicas.',
  },
  {
    values: { ...SCALING, 'autoscaling.targetCPU': null },
    sentence:
      'autoscaling has nothing to scale on: set targetCPU, targetRequestsInFlight, targetOpenStreams or metrics.',
  },
  {
    values: { ...SCALING, resources: { requests: { cpu: null } } },
    sentence:
      'autoscaling.targetCPU is a percentage of the CPU that pods request, but they request none: set resources.requests.cpu, or autoscaling.targetCPU=null.',
  },
  {
    values: { ...SCALING, 'autoscaling.targetOpenStreams': 50, 'metrics.enabled': false },
    sentence: "autoscaling uses anypod's own metrics, but pods serve no metrics: set metrics.enabled=true.",
  },
  {
    values: { 'keda.enabled': true },
    sentence: 'keda has nothing to scale on: set keda.triggers or keda.tasks.perPod.',
  },
  {
    values: { 'keda.enabled': true, 'keda.tasks.perPod': 5, 'redis.enabled': false, 'externalRedis.url': 'redis://r' },
    sentence:
      'keda.tasks.perPod needs the address of Redis, and KEDA reads no URL: set externalRedis.host, sentinel.nodes or cluster.nodes, or write the trigger in keda.triggers.',
  },
  {
    values: { ...KEDA, 'keda.minReplicas': 20 },
    sentence: 'keda.minReplicas is 20 and maxReplicas 10: raise maxReplicas.',
  },
  {
    values: { ...KEDA, 'blueGreen.enabled': true, 'blueGreen.activeColor': 'blue' },
    sentence:
      'keda would always restart the idle colour of blueGreen: use autoscaling instead, which does not touch a Deployment with 0 replicas.',
  },
  {
    values: { ...BLUE_GREEN, 'blueGreen.activeColor': 'green' },
    sentence:
      'blueGreen.green.replicas is 0, but green has the traffic, so nobody would be served: raise it, or set activeColor=blue.',
  },
  {
    values: { 'blueGreen.activeColor': 'green' },
    sentence:
      'blueGreen.activeColor is set, but there is only one Deployment: set blueGreen.enabled=true, or remove blueGreen.activeColor.',
  },
];

/** No test of this folder shows the chart a cluster. */
const ofBlueGreen: readonly Refusal[] = [
  [{}, 'blueGreen.activeColor, blueGreen.blue.replicas, blueGreen.green.replicas'],
  [{ 'blueGreen.activeColor': 'green', 'blueGreen.green.replicas': 2 }, 'blueGreen.blue.replicas'],
  [{ 'autoscaling.enabled': true }, 'blueGreen.activeColor'],
].map(([values, missing]) => ({
  values: { 'blueGreen.enabled': true, ...(values as object) },
  sentence: `The namespace cannot be seen (helm template, helm lint, Argo CD, or it does not exist yet), so the chart does not know which colour has the traffic and how many pods each colour has: set ${missing}.`,
}));

const ofNetwork: readonly Refusal[] = [
  ...['loadBalancerClass', 'loadBalancerSourceRanges'].map((key) => ({
    values: { [`service.${key}`]: key === 'loadBalancerClass' ? 'internal' : ['192.0.2.0/24'] },
    sentence: `service.${key} is set, but only a LoadBalancer Service has it: set service.type=LoadBalancer, or remove it.`,
  })),
  {
    values: { 'service.ipFamilyPolicy': 'SingleStack', 'service.ipFamilies': ['IPv6', 'IPv4'] },
    sentence:
      'service.ipFamilies has two families, but service.ipFamilyPolicy is SingleStack: set PreferDualStack or RequireDualStack, or keep one family.',
  },

  {
    values: { 'metrics.serviceMonitor.enabled': true, 'metrics.enabled': false },
    sentence: 'metrics.serviceMonitor.enabled is set, but pods serve no metrics: set metrics.enabled=true.',
  },
  {
    values: { 'metrics.port': 3000 },
    sentence: 'metrics.port is 3000, but pods serve MCP on that port: use another port.',
  },
  {
    values: { 'httpRoute.enabled': true },
    sentence:
      'httpRoute belongs to no Gateway: name one in httpRoute.parentRefs, e.g. [{name: my-gateway, namespace: gateways}].',
  },
  {
    values: { 'httpRoute.parentRefs': [{ name: 'gateway' }] },
    sentence:
      'httpRoute.parentRefs is set, but the chart creates no HTTPRoute: set httpRoute.enabled=true, or remove httpRoute.parentRefs.',
  },
  {
    values: { 'service.nodePort': 30_080 },
    sentence:
      'service.nodePort is set, but a ClusterIP Service has no node port: set service.type=NodePort, or remove service.nodePort.',
  },
  {
    values: { 'service.externalTrafficPolicy': 'Local' },
    sentence:
      'service.externalTrafficPolicy is set, but a ClusterIP Service gets no external traffic: set service.type=LoadBalancer, or remove service.externalTrafficPolicy.',
  },
  {
    values: { 'ingress.hosts': ['a.example.com'] },
    sentence:
      'ingress.hosts is set, but the chart creates no Ingress: set ingress.enabled=true, or remove ingress.hosts.',
  },
];

const ofNulls: readonly Refusal[] = [
  {
    values: { 'config.drainTimeout': null, 'redis.enabled': false },
    sentence: 'config.drainTimeout is null, but the chart needs a value: remove it to use the default.',
  },
];

/** One for each sentence that the chart can say without a cluster. */
export const REFUSALS: readonly Refusal[] = [
  ...REDIS_REFUSALS,
  ...ofServer,
  ...ofPods,
  ...ofScaling,
  ...ofBlueGreen,
  ...ofNetwork,
  ...LIMIT_REFUSALS,
  ...AUTH_REFUSALS,
  ...CONSOLE_REFUSALS,
  ...ofNulls,
];
