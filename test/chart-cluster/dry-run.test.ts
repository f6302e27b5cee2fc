import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CHART } from '../chart/helm.ts';
import { render } from '../chart/render.ts';
import { createNamespace, type Namespace } from './namespace.ts';

const FEATURES = readdirSync(join(CHART, 'ci')).map((file) => `ci/${file}`);

let namespace: Namespace;
/** Kinds that the cluster serves; it may lack those of operators. */
let kinds: Set<string>;

beforeAll(async () => {
  namespace = await createNamespace('anypod-chart-dry-run');
  const resources = await namespace.kubectl(['api-resources', '--no-headers']);
  kinds = new Set(resources.split('\n').map((line) => line.trim().split(/\s+/).at(-1) ?? ''));
});

afterAll(() => namespace?.delete());

describe('the API server', () => {
  it.each(FEATURES)('takes every object of %s, without a warning [chart.valid] [chart.restricted]', async (file) => {
    const { manifests } = await render({}, { files: [file] });
    const known = manifests.filter(({ kind }) => kinds.has(kind));
    const here = known.map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, namespace: undefined } }));
    const stdin = here.map((manifest) => stringify(manifest, { version: '1.1' })).join('---\n');
    const { ok, stderr } = await namespace.tryKubectl(['apply', '--dry-run=server', '--filename', '-'], stdin);
    expect(stderr).toBe('');
    expect(ok).toBe(true);
    expect(known.map(({ kind }) => kind)).toContain('Deployment');
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
