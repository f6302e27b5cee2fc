import { describe, expect, it } from 'vitest';
import { parseManifests } from './documents.ts';
import { podSecurityProblems } from './pod-security.ts';
import { referenceProblems } from './references.ts';
import { secrecyProblems } from './secrecy.ts';
import { validateManifests } from './validate-manifests.ts';

const SOUND = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, annotations: { any/key: value } }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, color: blue } }
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 45
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: web } } }
      containers:
        - name: web
          image: web:1
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
          ports: [{ name: http, containerPort: 3000 }]
          env: [{ name: REDIS_URL, value: 'redis://:$(REDIS_PASSWORD)@redis:6379' }]
          volumeMounts: [{ name: tmp, mountPath: /tmp }]
      volumes: [{ name: tmp, emptyDir: {} }]
---
apiVersion: v1
kind: Service
metadata: { name: web, labels: { app: web } }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec: { rules: [{ timeouts: { request: 0s }, backendRefs: [{ name: web, port: 80 }] }] }
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: web }
spec: { selector: { matchLabels: { app: web } }, endpoints: [{ port: http, interval: 30s }] }
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: web }
spec: { scaleTargetRef: { name: web }, triggers: [{ type: cpu, metricType: Utilization, metadata: { value: '60' } }] }
`;

/** The sound objects with one thing changed. */
function broken(from: string, to: string): string {
  expect(SOUND).toContain(from);
  return SOUND.replace(from, to);
}

describe('the schema check', () => {
  it('takes sound objects of the core and of custom resources', async () => {
    await expect(validateManifests(parseManifests(SOUND))).resolves.toEqual([]);
  });

  it.each([
    [
      'terminationGracePeriodSeconds: 45',
      'terminationGracePeriodSecond: 45',
      'terminationGracePeriodSecond is unknown',
    ],
    ['terminationGracePeriodSeconds: 45', "terminationGracePeriodSeconds: '45'", 'Seconds must be integer'],
    ['image: web:1', 'image: web:1\n          imagePullPolicy: Maybe', 'imagePullPolicy must be'],
    ['emptyDir: {}', 'emptyDir: { sizeLimit: 10Mi, medum: Memory }', 'emptyDir.medum is unknown'],
    ['maxReplicas: 3, ', '', 'must have required property maxReplicas'],
    ['timeouts: { request: 0s }', 'timeouts: { requests: 0s }', 'timeouts.requests is unknown'],
    ['interval: 30s', 'interval: often', 'interval must match'],
    ["metadata: { value: '60' }", 'metadata: { value: 60 }', 'metadata.value must be string'],
    ['apiVersion: autoscaling/v2', 'apiVersion: autoscaling/v2beta2', 'there is no kind HorizontalPodAutoscaler'],
    ['kind: HTTPRoute', 'kind: HttpRoute', 'there is no kind HttpRoute'],
    ['app: web, color: blue', 'app: web, color: 3', 'labels.color must be string'],
    ['annotations: { any/key: value }', 'annotations:', 'metadata.annotations is empty'],
  ])('refuses %s as %s', async (from, to, problem) => {
    expect(await validateManifests(parseManifests(broken(from, to)))).toContainEqual(expect.stringMatching(problem));
  });

  it('refuses an object that comes twice', async () => {
    const problems = await validateManifests(parseManifests(`${SOUND}---${SOUND}`));
    expect(problems).toContain('Deployment web: comes twice');
  });

  it('refuses a key that comes twice', () => {
    expect(() => parseManifests(broken('maxReplicas: 3', 'maxReplicas: 3, maxReplicas: 4'))).toThrow('unique');
  });
});

describe('the security check', () => {
  it('takes a pod that conforms to restricted', () => {
    expect(podSecurityProblems(parseManifests(SOUND))).toEqual([]);
  });

  it.each([
    ['runAsNonRoot: true', 'runAsNonRoot: false', 'container web may run as root'],
    ['runAsNonRoot: true', 'runAsNonRoot: true, runAsUser: 0', 'container web runs as root'],
    [', seccompProfile: { type: RuntimeDefault }', '', 'container web has no seccomp profile'],
    ['allowPrivilegeEscalation: false, ', '', 'container web may gain privileges'],
    ['drop: [ALL]', 'drop: [CHOWN]', 'container web keeps capabilities'],
    ['drop: [ALL]', 'drop: [ALL], add: [SYS_TIME]', 'container web adds capabilities'],
    ['readOnlyRootFilesystem: true, ', '', 'container web writes to its root file system'],
    ['automountServiceAccountToken: false', 'hostNetwork: true', 'uses a namespace of the host'],
    ['automountServiceAccountToken: false', 'hostname: web', 'gets a service account token'],
    ['emptyDir: {}', 'hostPath: { path: /tmp }', 'mounts a folder of the host'],
  ])('refuses %s as %s', (from, to, problem) => {
    expect(podSecurityProblems(parseManifests(broken(from, to)))).toContain(`Deployment web: ${problem}`);
  });
});

describe('the reference check', () => {
  it('takes objects that find each other', () => {
    expect(referenceProblems(parseManifests(SOUND))).toEqual([]);
  });

  it.each([
    ['spec: { selector: { app: web }', 'spec: { selector: { app: wbe }', 'Service web: selects no pod'],
    ['targetPort: http', 'targetPort: https', 'Service web: selects Deployment web, which has no port https'],
    ['labels: { app: web, color', 'labels: { color', 'Deployment web: selects no pod'],
    ['kind: Deployment, name: web', 'kind: Deployment, name: wbe', 'acts on Deployment wbe, which is not there'],
    ['backendRefs: [{ name: web, port: 80', 'backendRefs: [{ name: web, port: 81', 'leads to Service web port 81'],
    ['[{ port: http, interval', '[{ port: metrics, interval', 'selects no Service with a port metrics'],
    ['volumes: [{ name: tmp', 'volumes: [{ name: temp', 'mounts tmp, which is no volume'],
    [
      'labelSelector: { matchLabels: { app: web',
      'labelSelector: { matchLabels: { app: wbe',
      'spreads over zone by labels',
    ],
  ])('refuses %s as %s', (from, to, problem) => {
    expect(referenceProblems(parseManifests(broken(from, to)))).toContainEqual(expect.stringContaining(problem));
  });
});

describe('the secrecy check', () => {
  it('takes a URL whose password is a reference', () => {
    expect(secrecyProblems(parseManifests(SOUND))).toEqual([]);
  });

  it.each([
    ['$(REDIS_PASSWORD)', 'hunter2'],
    ["REDIS_URL, value: 'redis://:$(REDIS_PASSWORD)@redis:6379'", 'ANYPOD_SECRET, value: hunter2'],
  ])('refuses %s as %s', (from, to) => {
    expect(secrecyProblems(parseManifests(broken(from, to)))).toEqual([expect.stringContaining('in plain sight')]);
  });
});
