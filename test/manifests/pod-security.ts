import type { Manifest } from './documents.ts';
import { containersOf, type PodTemplate, podTemplates } from './pod-templates.ts';

/**
 * What keeps a pod out of a namespace that enforces the Pod Security Standard `restricted`, and what anypod asks of its
 * pods beyond it: a read-only root file system, no service account token, no service links.
 *
 * @returns one sentence per problem.
 */
export function podSecurityProblems(manifests: readonly Manifest[]): string[] {
  return podTemplates(manifests).flatMap((template) => {
    const problems = [
      ...ofPod(template),
      ...containersOf(template).flatMap((container) => ofContainer(container, template)),
    ];
    return problems.map((problem) => `${template.owner}: ${problem}`);
  });
}

function ofPod({ spec }: PodTemplate): string[] {
  const problems: [wrong: boolean, problem: string][] = [
    [Boolean(spec.hostNetwork || spec.hostPID || spec.hostIPC), 'uses a namespace of the host'],
    [spec.automountServiceAccountToken !== false, 'gets a service account token'],
    [spec.enableServiceLinks !== false, 'gets an environment variable for each Service of its namespace'],
    [(spec.volumes ?? []).some((volume: object) => 'hostPath' in volume), 'mounts a folder of the host'],
  ];
  return sentences(problems);
}

function ofContainer(container: Manifest, { spec }: PodTemplate): string[] {
  const own = container['securityContext'] ?? {};
  const ofPodAndOwn = { ...spec.securityContext, ...own };
  const added: string[] = own.capabilities?.add ?? [];
  const problems: [wrong: boolean, problem: string][] = [
    [ofPodAndOwn.runAsNonRoot !== true, 'may run as root'],
    [ofPodAndOwn.runAsUser === 0, 'runs as root'],
    [!['RuntimeDefault', 'Localhost'].includes(ofPodAndOwn.seccompProfile?.type), 'has no seccomp profile'],
    [own.allowPrivilegeEscalation !== false, 'may gain privileges'],
    [own.privileged === true, 'is privileged'],
    [!own.capabilities?.drop?.includes('ALL'), 'keeps capabilities'],
    [added.some((capability) => capability !== 'NET_BIND_SERVICE'), 'adds capabilities'],
    [own.readOnlyRootFilesystem !== true, 'writes to its root file system'],
    [(container['ports'] ?? []).some((port: { hostPort?: number }) => port.hostPort), 'takes a port of the host'],
  ];
  return sentences(problems).map((problem) => `container ${container['name']} ${problem}`);
}

function sentences(problems: readonly [wrong: boolean, problem: string][]): string[] {
  return problems.filter(([wrong]) => wrong).map(([, problem]) => problem);
}
