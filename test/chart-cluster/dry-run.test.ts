import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CASES } from '../chart/cases/cases.ts';
import { CHART } from '../chart/helm.ts';
import { render, renderAll } from '../chart/render.ts';
import { nest } from '../chart/values.ts';
import type { Manifest } from '../manifests/documents.ts';
import { createNamespace, type Namespace } from './namespace.ts';

const FEATURES = readdirSync(join(CHART, 'ci')).map((file) => `ci/${file}`);

let namespace: Namespace;
/** Kinds that the cluster serves; it may lack those of operators. */
let kinds: Set<string>;

beforeAll(async () => {
  namespace = await createNamespace('anypod-chart-dry-run');
  // Pods name it, and a dry run makes none.
  await namespace.kubectl(['create', 'serviceaccount', 'demo-anypod', '--save-config']);
  const resources = await namespace.kubectl(['api-resources', '--no-headers']);
  kinds = new Set(resources.split('\n').map((line) => line.trim().split(/\s+/).at(-1) ?? ''));
});

afterAll(() => namespace?.delete());

/** Without what differs from one rendering to the next in a batch: most objects of most values are the same. */
function toText({ metadata, ...manifest }: Manifest): string {
  const labels = { ...metadata.labels, 'helm.sh/chart': 'anypod' };
  return stringify({ ...manifest, metadata: { ...metadata, labels, namespace: undefined } }, { version: '1.1' });
}

/** A pod as a template: the API server checks its fields, but not whether its account, class and runtime exist. */
function withoutAdmission(manifest: Manifest): Manifest {
  const { kind, metadata, spec } = manifest;
  if (kind !== 'Pod') return manifest;
  return { apiVersion: 'v1', kind: 'PodTemplate', metadata, template: { metadata: { labels: metadata.labels }, spec } };
}

const dryRun = (objects: readonly string[]) =>
  namespace.tryKubectl(['apply', '--dry-run=server', '--filename', '-'], objects.join('---\n'));

describe('the API server', () => {
  it.each(FEATURES)('takes every object of %s, without a warning [chart.valid] [chart.restricted]', async (file) => {
    const { manifests } = await render({}, { files: [file] });
    const known = manifests.filter(({ kind }) => kinds.has(kind));
    const { ok, stderr } = await dryRun(known.map(toText));
    expect(stderr).toBe('');
    expect(ok).toBe(true);
    expect(known.map(({ kind }) => kind)).toContain('Deployment');
  });

  // A cluster without IPv6 refuses Services of that family.
  it('takes every object of every value, without a warning [chart.valid]', async () => {
    const sets = CASES.map(({ path, value, with: others, needs }) => nest({ ...others, ...needs, [path]: value }));
    const manifests = (await renderAll(sets)).flatMap((rendering) => rendering.manifests);
    const objects = manifests
      .filter(({ kind, spec }) => kinds.has(kind) && kind !== 'Secret' && !spec?.ipFamilies?.includes('IPv6'))
      .map((manifest) => toText(withoutAdmission(manifest)));
    const { ok, stderr } = await dryRun([...new Set(objects)]);
    expect(stderr).toBe('');
    expect(ok).toBe(true);
  });

  // Each of these the chart has made once, or would make of values that it now refuses.
  it.each([
    ['may not be specified when strategy', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }, {}],
    [
      'may not specify more than 1 handler type',
      {},
      { readinessProbe: { httpGet: { port: 1 }, tcpSocket: { port: 1 } } },
    ],
    [
      'must be unique',
      {},
      {
        volumeMounts: [
          { name: 'tmp', mountPath: '/a' },
          { name: 'tmp', mountPath: '/a' },
        ],
      },
    ],
    ['cannot unmarshal number', {}, { env: [{ name: 'N', value: 5 }] }],
  ])('refuses what it must: %s', async (reason, ofDeployment, ofContainer) => {
    const { find } = await render();
    const deployment = find('Deployment');
    const { template } = deployment['spec'];
    const containers = [{ ...template.spec.containers[0], ...ofContainer }];
    const spec = {
      ...deployment['spec'],
      ...ofDeployment,
      template: { ...template, spec: { ...template.spec, containers } },
    };
    const { ok, stderr } = await dryRun([toText({ ...deployment, spec })]);
    expect(stderr).toContain(reason);
    expect(ok).toBe(false);
  });

  it('refuses a pod that is less than restricted, so that the namespace proves something', async () => {
    const { find } = await render();
    const pod = { ...find('Pod', '-check'), metadata: { name: 'naive' } };
    const naive = { ...pod, spec: { containers: [{ name: 'naive', image: 'naive:1' }] } };
    const arguments_ = ['apply', '--dry-run=server', '--filename', '-'];
    const { stderr } = await namespace.tryKubectl(arguments_, stringify(naive, { version: '1.1' }));
    expect(stderr).toContain('violates PodSecurity "restricted');
  });
});
