/** Values that cannot work, and the sentence with which the chart refuses them. */
export interface Refusal {
  /** By path: `{ 'keda.enabled': true }`. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

const OUTSIDE = { 'redis.enabled': false };
const HOST = { ...OUTSIDE, 'externalRedis.host': 'redis.example.com' };
const TLS_SECRET = { 'externalRedis.tls.existingSecret': 'tls' };
const SCALING = { 'autoscaling.enabled': true };
const KEDA = { 'keda.enabled': true, 'keda.triggers': [{ type: 'cpu', metadata: { value: '60' } }] };

const ofRedis: readonly Refusal[] = [
  {
    values: { 'externalRedis.host': 'redis.example.com' },
    sentence:
      'redis.enabled and externalRedis.host are both given: set redis.enabled=false to use the Redis outside, or remove externalRedis.',
  },
  {
    values: OUTSIDE,
    sentence:
      'No Redis is given, and pods cannot share sessions without one: set redis.enabled=true for a trial, or one of externalRedis.url, urlKey, host, sentinel.nodes and cluster.nodes.',
  },
  {
    values: { ...HOST, 'externalRedis.cluster.nodes': ['c1'] },
    sentence: 'externalRedis names several places (host, cluster.nodes): keep one.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.url': 'redis://shop:hunter2@redis.example.com' },
    sentence:
      'externalRedis.url holds credentials, which everybody who can read the pod would see: put the whole URL into a Secret and name it with externalRedis.existingSecret and urlKey, or the password alone with passwordKey.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.url': 'redis://redis.example.com', 'externalRedis.tls.enabled': true },
    sentence:
      'externalRedis.tls.enabled with a URL that is not rediss://…: write rediss, or rediss+sentinel, or rediss+cluster in externalRedis.url.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.sentinel.nodes': ['s1'] },
    sentence:
      'externalRedis.sentinel.nodes without a master: set externalRedis.sentinel.masterName to what the Sentinels call it.',
  },
  {
    values: { ...HOST, 'externalRedis.sentinel.masterName': 'm' },
    sentence: 'externalRedis.sentinel.masterName without Sentinels: list them in externalRedis.sentinel.nodes.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.cluster.nodes': ['c1'], 'externalRedis.db': 1 },
    sentence: 'externalRedis.db is not 0, but a Cluster has no other database: remove it.',
  },
  {
    values: { ...HOST, 'externalRedis.passwordKey': 'password' },
    sentence: 'externalRedis names the key "password" of no Secret: set externalRedis.existingSecret.',
  },
  {
    values: {
      ...HOST,
      'externalRedis.existingSecret': 'redis',
      'externalRedis.username': 'shop',
      'externalRedis.usernameKey': 'user',
    },
    sentence: 'externalRedis.username and usernameKey are both given: keep one.',
  },
  {
    values: { ...HOST, 'externalRedis.tls.enabled': true, 'externalRedis.tls.caKey': 'ca.crt' },
    sentence: 'externalRedis.tls names the key "ca.crt" of no Secret: set externalRedis.tls.existingSecret.',
  },
  {
    values: { ...HOST, ...TLS_SECRET, 'externalRedis.tls.caKey': 'ca.crt' },
    sentence: 'externalRedis.tls names certificates, but TLS is off: set externalRedis.tls.enabled=true.',
  },
  {
    values: { ...HOST, ...TLS_SECRET, 'externalRedis.tls.enabled': true, 'externalRedis.tls.certKey': 'tls.crt' },
    sentence: 'externalRedis.tls.certKey and keyKey belong together: give both, or neither.',
  },
];

const ofServer: readonly Refusal[] = [
  {
    values: { 'server.source': 'configMap' },
    sentence:
      'server.source is configMap, but there is no module: give its text with --set-file server.inline=server.ts, or a ConfigMap with server.configMap.name.',
  },
  {
    values: { 'server.source': 'configMap', 'server.inline': 'export default 1;', 'server.configMap.name': 'shop' },
    sentence: 'server.inline and server.configMap.name are both given: keep one.',
  },
  {
    values: { 'server.inline': 'export default 1;' },
    sentence:
      'server.inline and server.configMap.name are not used with server.source=image: set server.source=configMap.',
  },
  {
    values: { 'server.source': 'volume' },
    sentence:
      'server.source is volume, but there is none: say in server.volume where it comes from, e.g. persistentVolumeClaim: {claimName: my-server}.',
  },
  {
    values: { 'server.volume': { emptyDir: {} } },
    sentence: 'server.volume is not used with server.source=image: set server.source=volume.',
  },
];

const ofPods: readonly Refusal[] = [
  {
    values: { extraEnv: [{ name: 'ANYPOD_LOG_LEVEL', value: 'debug' }], 'config.logLevel': 'info' },
    sentence:
      'extraEnv sets ANYPOD_LOG_LEVEL, which the chart sets too: use the value for it (config, secret, redis, externalRedis or metrics).',
  },
  {
    values: { terminationGracePeriodSeconds: 30 },
    sentence:
      'terminationGracePeriodSeconds is 30, but pods need 44 seconds to go without a loss (drain.preStop + config.drainDelay + config.retry + config.drainTimeout + drain.margin): remove it, raise it to 44, or lower config.drainTimeout.',
  },
  {
    values: { updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } } },
    sentence:
      'updateStrategy.rollingUpdate: maxUnavailable and maxSurge are both 0, so no pod could ever be replaced: set maxSurge=1.',
  },
  {
    values: { 'podDisruptionBudget.minAvailable': 1, 'podDisruptionBudget.maxUnavailable': 2 },
    sentence: 'podDisruptionBudget.minAvailable and maxUnavailable are both given: keep one.',
  },
  {
    values: { 'podDisruptionBudget.maxUnavailable': null },
    sentence:
      'podDisruptionBudget has neither maxUnavailable nor minAvailable: set one, or podDisruptionBudget.enabled=false.',
  },
  {
    values: { 'podDisruptionBudget.maxUnavailable': '0%' },
    sentence: 'podDisruptionBudget.maxUnavailable is 0, so no node with a pod could ever be drained: set 1.',
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
      'autoscaling.targetCPU is a share of the CPU that pods request, and they request none: set resources.requests.cpu, or autoscaling.targetCPU=null.',
  },
  {
    values: { ...SCALING, 'autoscaling.targetOpenStreams': 50, 'metrics.enabled': false },
    sentence: "autoscaling scales on anypod's own metrics, but pods serve none: set metrics.enabled=true.",
  },
  {
    values: { 'keda.enabled': true },
    sentence: 'keda has nothing to scale on: give keda.triggers.',
  },
  {
    values: { ...KEDA, 'keda.minReplicas': 20 },
    sentence: 'keda.minReplicas is 20 and maxReplicas 10: raise maxReplicas.',
  },
  {
    values: { ...KEDA, 'blueGreen.enabled': true },
    sentence:
      'keda would start the idle colour of blueGreen again and again: use autoscaling, which leaves a Deployment at 0 alone.',
  },
  {
    values: { 'blueGreen.activeColor': 'green' },
    sentence:
      'blueGreen.activeColor is given, but there is one Deployment only: set blueGreen.enabled=true, or remove it.',
  },
];

const ofNetwork: readonly Refusal[] = [
  {
    values: { 'metrics.serviceMonitor.enabled': true, 'metrics.enabled': false },
    sentence: 'metrics.serviceMonitor.enabled, but pods serve no metrics: set metrics.enabled=true.',
  },
  {
    values: { 'metrics.port': 3000 },
    sentence: 'metrics.port is 3000, where pods serve MCP: take another.',
  },
  {
    values: { 'httpRoute.enabled': true },
    sentence:
      'httpRoute belongs to no Gateway: name one in httpRoute.parentRefs, e.g. [{name: my-gateway, namespace: gateways}].',
  },
  {
    values: { 'httpRoute.parentRefs': [{ name: 'gateway' }] },
    sentence: 'httpRoute.parentRefs are given, but no HTTPRoute is made: set httpRoute.enabled=true, or remove them.',
  },
  {
    values: { 'service.nodePort': 30_080 },
    sentence: 'service.nodePort is given, but a ClusterIP Service has none: set service.type=NodePort, or remove it.',
  },
  {
    values: { 'service.externalTrafficPolicy': 'Local' },
    sentence:
      'service.externalTrafficPolicy is given, but a ClusterIP Service has no outside: set service.type=LoadBalancer, or remove it.',
  },
  {
    values: { 'ingress.hosts': ['a.example.com'] },
    sentence: 'ingress.hosts are given, but no Ingress is made: set ingress.enabled=true, or remove them.',
  },
];

const ofNulls: readonly Refusal[] = [
  {
    values: { 'config.drainTimeout': null, 'redis.enabled': false },
    sentence: 'config.drainTimeout is null, and the chart cannot do without it: remove it to have the default.',
  },
];

/** One for each sentence that the chart can say without a cluster. */
export const REFUSALS: readonly Refusal[] = [
  ...ofRedis,
  ...ofServer,
  ...ofPods,
  ...ofScaling,
  ...ofNetwork,
  ...ofNulls,
];
