import { expect } from 'vitest';
import { podSecurityProblems } from '../manifests/pod-security.ts';
import { podTemplates } from '../manifests/pod-templates.ts';
import { referenceProblems } from '../manifests/references.ts';
import { secrecyProblems } from '../manifests/secrecy.ts';
import { validateManifests } from '../manifests/validate-manifests.ts';
import type { Rendering } from './render.ts';

/** What holds for every rendering, whatever the values, but for problems that a value `allows`. */
export async function expectSound({ manifests }: Pick<Rendering, 'manifests'>, allows = /^$/): Promise<void> {
  const problems = [
    ...(await validateManifests(manifests)),
    ...podSecurityProblems(manifests),
    ...referenceProblems(manifests),
    ...secrecyProblems(manifests),
    ...livenessProblems({ manifests }),
    ...replicaProblems({ manifests }),
  ];
  expect(problems.filter((problem) => !allows.test(problem))).toEqual([]);
}

/** A liveness probe that asks Redis would restart all pods when Redis is away. */
function livenessProblems({ manifests }: Pick<Rendering, 'manifests'>): string[] {
  return podTemplates(manifests).flatMap(({ owner, spec }) =>
    (spec.containers as { name: string; livenessProbe?: { httpGet?: { path: string } } }[])
      .filter(({ name, livenessProbe }) => name === 'server' && livenessProbe?.httpGet?.path !== '/livez')
      .map(() => `${owner}: its liveness probe does not ask /livez`),
  );
}

/** An upgrade would set back what an autoscaler decided. */
function replicaProblems({ manifests }: Pick<Rendering, 'manifests'>): string[] {
  const scaled = manifests.flatMap(({ spec }) => (spec?.scaleTargetRef ? [spec.scaleTargetRef.name] : []));
  return manifests
    .filter(({ kind, metadata, spec }) => kind === 'Deployment' && scaled.includes(metadata.name) && 'replicas' in spec)
    .map(({ metadata }) => `Deployment ${metadata.name}: says how many replicas, though an autoscaler decides it`);
}
