import { type Manifest, nameOf } from './documents.ts';
import { containersOf, type PodTemplate, podTemplates } from './pod-templates.ts';

type Labels = Readonly<Record<string, string>>;

interface Port {
  readonly name?: string;
  readonly port?: number;
  readonly containerPort?: number;
  readonly targetPort?: number | string;
}

/**
 * Names that lead nowhere among these objects: selectors that select no pod, or one without the port; scale targets,
 * backends and mounts that are not there.
 *
 * @returns one sentence per problem.
 */
export function referenceProblems(manifests: readonly Manifest[]): string[] {
  const pods = podTemplates(manifests);
  const find = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
  return [
    ...find('Service').flatMap((service) => serviceProblems(service, pods)),
    ...manifests.flatMap((manifest) => selectorProblems(manifest, pods)),
    ...find('ServiceMonitor').flatMap((monitor) => monitorProblems(monitor, find('Service'))),
    ...manifests.flatMap((manifest) => targetProblems(manifest, manifests)),
    ...[...find('Ingress'), ...find('HTTPRoute')].flatMap((route) => backendProblems(route, find('Service'))),
    ...pods.flatMap(mountProblems),
    ...pods.flatMap(spreadProblems),
  ];
}

function selects(selector: Labels | undefined, labels: Labels): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
}

/** The ports of a pod by number and by name. */
function portsOf(pod: PodTemplate): Set<number | string> {
  const ports = containersOf(pod).flatMap((container): Port[] => container['ports'] ?? []);
  return new Set(
    ports.flatMap(({ name, containerPort }) => [name, containerPort].filter((port) => port !== undefined)),
  );
}

function serviceProblems(service: Manifest, pods: readonly PodTemplate[]): string[] {
  const { selector, ports = [] } = service['spec'];
  if (!selector) return [];
  const selected = pods.filter(({ labels }) => selects(selector, labels));
  if (selected.length === 0) return [`${nameOf(service)}: selects no pod`];
  return selected.flatMap((pod) => {
    const known = portsOf(pod);
    return (ports as Port[])
      .map(({ targetPort, port }) => targetPort ?? port ?? '')
      .filter((port) => !known.has(port))
      .map((port) => `${nameOf(service)}: selects ${pod.owner}, which has no port ${port}`);
  });
}

/** What holds a selector of pods, by its kind. */
const POD_SELECTORS: Readonly<Record<string, (spec: Manifest) => { matchLabels?: Labels } | undefined>> = {
  Deployment: (spec) => spec['selector'],
  StatefulSet: (spec) => spec['selector'],
  Rollout: (spec) => spec['selector'],
  PodDisruptionBudget: (spec) => spec['selector'],
  PodMonitor: (spec) => spec['selector'],
  NetworkPolicy: (spec) => spec['podSelector'],
};

function selectorProblems(manifest: Manifest, pods: readonly PodTemplate[]): string[] {
  const selector = POD_SELECTORS[manifest.kind]?.(manifest['spec']);
  if (!selector) return [];
  const own = manifest['spec'].template ? pods.filter(({ owner }) => owner === nameOf(manifest)) : pods;
  if (own.some(({ labels }) => selects(selector.matchLabels, labels))) return [];
  return [`${nameOf(manifest)}: selects no pod`];
}

function monitorProblems(monitor: Manifest, services: readonly Manifest[]): string[] {
  const { selector, endpoints } = monitor['spec'];
  const watched = services.filter(({ metadata }) => selects(selector.matchLabels, metadata.labels ?? {}));
  return (endpoints as { port: string }[])
    .filter(({ port }) => !watched.some(({ spec }) => (spec.ports as Port[]).some(({ name }) => name === port)))
    .map(({ port }) => `${nameOf(monitor)}: selects no Service with a port ${port}`);
}

/** Autoscalers and their kin name the object that they act on. */
function targetProblems(manifest: Manifest, manifests: readonly Manifest[]): string[] {
  const target = manifest['spec']?.scaleTargetRef ?? manifest['spec']?.targetRef;
  if (!target?.name) return [];
  const kind = target.kind ?? 'Deployment';
  if (manifests.some((other) => other.kind === kind && other.metadata.name === target.name)) return [];
  return [`${nameOf(manifest)}: acts on ${kind} ${target.name}, which is not there`];
}

/** Every `{ service: { name, port } }` of an Ingress, every `backendRefs` of an HTTPRoute. */
function backendProblems(route: Manifest, services: readonly Manifest[]): string[] {
  return backendsOf(route)
    .filter(({ name, port }) => {
      const service = services.find(({ metadata }) => metadata.name === name);
      const ports: Port[] = service?.['spec'].ports ?? [];
      return !ports.some((known) => known.port === port || known.name === port);
    })
    .map(({ name, port }) => `${nameOf(route)}: leads to Service ${name} port ${port}, which is not there`);
}

function backendsOf({ kind, spec }: Manifest): { name: string; port: number | string }[] {
  if (kind === 'HTTPRoute') return spec.rules.flatMap((rule: Manifest) => rule['backendRefs'] ?? []);
  const paths = (spec.rules ?? []).flatMap((rule: Manifest) => rule['http']?.paths ?? []);
  return [spec.defaultBackend, ...paths.map((path: Manifest) => path['backend'])]
    .filter((backend) => backend?.service)
    .map(({ service }) => ({ name: service.name, port: service.port.number ?? service.port.name }));
}

function mountProblems(pod: PodTemplate): string[] {
  const volumes = new Set((pod.spec.volumes ?? []).map(({ name }: Manifest) => name));
  return containersOf(pod).flatMap((container) =>
    ((container['volumeMounts'] ?? []) as { name: string }[])
      .filter(({ name }) => !volumes.has(name) && !pod.owner.startsWith('StatefulSet '))
      .map(({ name }) => `${pod.owner}: container ${container['name']} mounts ${name}, which is no volume of the pod`),
  );
}

function spreadProblems(pod: PodTemplate): string[] {
  const constraints: Manifest[] = pod.spec.topologySpreadConstraints ?? [];
  return constraints
    .filter((constraint) => !selects(constraint['labelSelector']?.matchLabels, pod.labels))
    .map((constraint) => `${pod.owner}: spreads over ${constraint['topologyKey']} by labels that its pods do not have`);
}
