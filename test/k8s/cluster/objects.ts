/** Objects that the tests need beside the chart's. All meet Pod Security `restricted`, except for what prepares a volume. */

export const LOAD_POD = 'load';
/** The Redis that counts side effects; it is another one than the pods', so no fault of theirs blurs the count. */
export const EFFECTS_URL = `redis://${LOAD_POD}:6379`;

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export function namespaceObject(name: string): object {
  const labels = { 'pod-security.kubernetes.io/warn': 'restricted', 'app.kubernetes.io/managed-by': 'anypod-e2e' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A pod to run loads in, and the Redis of the side effects, with a Service. */
export function loadObjects(image: string): object {
  const labels = { app: LOAD_POD };
  const container = { imagePullPolicy: 'IfNotPresent', securityContext: RESTRICTED };
  const waits = "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 60_000)";
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: LOAD_POD, labels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 5,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        { ...container, name: 'load', image, command: ['/usr/local/bin/node', '-e', waits] },
        {
          ...container,
          name: 'effects',
          image: 'redis:7',
          command: ['redis-server', '--save', '', '--protected-mode', 'no'],
        },
      ],
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: LOAD_POD },
    spec: { selector: labels, ports: [{ port: 6379 }] },
  };
  return { apiVersion: 'v1', kind: 'List', items: [pod, service] };
}

/** A volume on the node, for a cluster that makes none by itself, and a pod that lets Redis (user 999) write to it. */
export function volumeObjects(name: string, namespace: string, image: string): object {
  const hostPath = { path: `/tmp/${name}`, type: 'DirectoryOrCreate' };
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '2Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: name,
      hostPath,
    },
  };
  const prepare =
    "const fs = require('node:fs'); fs.rmSync('/data/appendonlydir', { recursive: true, force: true }); fs.chmodSync('/data', 0o777)";
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'volume', namespace, labels: { app: 'volume' } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'prepare',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['/usr/local/bin/node', '-e', prepare],
          securityContext: { runAsUser: 0, runAsGroup: 0 },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', hostPath }],
    },
  };
  return { apiVersion: 'v1', kind: 'List', items: [volume, pod] };
}
