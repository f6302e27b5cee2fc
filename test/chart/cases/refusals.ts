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
      'redis.enabled and externalRedis.host are both set: set redis.enabled=false to use the external Redis, or remove externalRedis.',
  },
  {
    values: OUTSIDE,
    sentence:
      'No Redis is set, and pods need one to share sessions: set redis.enabled=true for a trial, or one of externalRedis.url, urlKey, host, sentinel.nodes and cluster.nodes.',
  },
  {
    values: { ...HOST, 'externalRedis.cluster.nodes': ['c1'] },
    sentence: 'externalRedis names more than one Redis (host, cluster.nodes): keep one.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.url': 'redis://shop:hunter2@redis.example.com' },
    sentence:
      'externalRedis.url contains credentials, and everybody who can read the pod could see them: put the whole URL into a Secret and set externalRedis.existingSecret and urlKey, or put only the password there and set passwordKey.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.url': 'redis://redis.example.com', 'externalRedis.tls.enabled': true },
    sentence:
      'externalRedis.tls.enabled is set, but the URL does not use TLS: write rediss, rediss+sentinel or rediss+cluster in externalRedis.url.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.sentinel.nodes': ['s1'] },
    sentence:
      'externalRedis.sentinel.nodes is set without a master: set externalRedis.sentinel.masterName to the name that the Sentinels use for the master.',
  },
  {
    values: { ...HOST, 'externalRedis.sentinel.masterName': 'm' },
    sentence:
      'externalRedis.sentinel.masterName is set without Sentinels: list the Sentinels in externalRedis.sentinel.nodes.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.cluster.nodes': ['c1'], 'externalRedis.db': 1 },
    sentence: 'externalRedis.db is not 0, but a Cluster has only database 0: remove externalRedis.db.',
  },
  {
    values: { ...HOST, 'externalRedis.passwordKey': 'password' },
    sentence: 'externalRedis names the key "password", but no Secret: set externalRedis.existingSecret.',
  },
  {
    values: {
      ...HOST,
      'externalRedis.existingSecret': 'redis',
      'externalRedis.username': 'shop',
      'externalRedis.usernameKey': 'user',
    },
    sentence: 'externalRedis.username and usernameKey are both set: keep one.',
  },
  {
    values: { ...HOST, 'externalRedis.tls.enabled': true, 'externalRedis.tls.caKey': 'ca.crt' },
    sentence: 'externalRedis.tls names the key "ca.crt", but no Secret: set externalRedis.tls.existingSecret.',
  },
  {
    values: { ...HOST, ...TLS_SECRET, 'externalRedis.tls.caKey': 'ca.crt' },
    sentence: 'externalRedis.tls names certificates, but TLS is off: set externalRedis.tls.enabled=true.',
  },
  {
    values: { ...HOST, ...TLS_SECRET, 'externalRedis.tls.enabled': true, 'externalRedis.tls.certKey': 'tls.crt' },
    sentence: 'externalRedis.tls.certKey and keyKey belong together: set both, or neither.',
  },
];

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
    values: { extraEnv: [{ name: 'ANYPOD_LOG_LEVEL', value: 'debug' }], 'config.logLevel': 'info' },
    sentence:
      'extraEnv sets ANYPOD_LOG_LEVEL, but the chart sets this variable itself: use the chart value for it (in config, secret, redis, externalRedis or metrics).',
  },
  {
    values: { terminationGracePeriodSeconds: 30 },
    sentence:
      'terminationGracePeriodSeconds is 30, but pods need 44 seconds to shut down without a loss (drain.preStop + config.drainDelay + config.retry + config.drainTimeout + drain.margin): remove it, raise it to 44, or lower config.drainTimeout.',
  },
  {
    values: { updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } } },
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
  {
    values: { 'podDisruptionBudget.maxUnavailable': '0%' },
    sentence: 'podDisruptionBudget.maxUnavailable is 0, so nobody could ever drain a node with a pod: set it to 1.',
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
    sentence: 'keda has nothing to scale on: set keda.triggers.',
  },
  {
    values: { ...KEDA, 'keda.minReplicas': 20 },
    sentence: 'keda.minReplicas is 20 and maxReplicas 10: raise maxReplicas.',
  },
  {
    values: { ...KEDA, 'blueGreen.enabled': true },
    sentence:
      'keda would always restart the idle colour of blueGreen: use autoscaling instead, which does not touch a Deployment with 0 replicas.',
  },
  {
    values: { 'blueGreen.activeColor': 'green' },
    sentence:
      'blueGreen.activeColor is set, but there is only one Deployment: set blueGreen.enabled=true, or remove blueGreen.activeColor.',
  },
];

const ofNetwork: readonly Refusal[] = [
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
  ...ofRedis,
  ...ofServer,
  ...ofPods,
  ...ofScaling,
  ...ofNetwork,
  ...ofNulls,
];
