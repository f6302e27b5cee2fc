import { type Manifest, nameOf } from './documents.ts';

/** What pods are made from, wherever it stands. */
export interface PodTemplate {
  /** The object it stands in: `Deployment anypod`. */
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: a PodSpec, checked by its schema.
  readonly spec: any;
}

/** Init containers too. */
export function containersOf({ spec }: PodTemplate): readonly Manifest[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** Every pod template of these objects. */
export function podTemplates(manifests: readonly Manifest[]): PodTemplate[] {
  return manifests.flatMap((manifest) => {
    const template = templateIn(manifest);
    if (!template?.spec?.containers) return [];
    return [{ owner: nameOf(manifest), labels: template.metadata?.labels ?? {}, spec: template.spec }];
  });
}

function templateIn(manifest: Manifest) {
  if (manifest.kind === 'Pod') return manifest;
  if (manifest.kind === 'CronJob') return manifest['spec'].jobTemplate.spec.template;
  return manifest['spec']?.template;
}
