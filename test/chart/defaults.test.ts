import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Manifest, nameOf, parseManifests } from '../manifests/documents.ts';
import { comparable } from './comparable.ts';
import { CHART, createCommand, HELM_MAJORS } from './helm.ts';
import { type Rendering, render, renderAll } from './render.ts';
import { expectSound } from './soundness.ts';
import { merge, type Values } from './values.ts';

/** Values files of which each shows a feature, and the one for production. */
const FEATURES = [...readdirSync(join(CHART, 'ci')).map((file) => `ci/${file}`), 'values-production.yaml'];
const read = (file: string) => parse(readFileSync(join(CHART, file), 'utf8'), { version: '1.1' }) as Values;
const VALUES = FEATURES.map(read);
const DEFAULTS = read('values.yaml');

/** The objects by name, so that their order, and what is made at random, does not matter. */
function normalized({ manifests }: Rendering): string {
  return manifests
    .map(withoutRandom)
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((manifest) => stringify(manifest, { lineWidth: 0 }))
    .join('---\n');
}

function withoutRandom(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Secret') return manifest;
  const keys = Object.keys(manifest['data'] ?? {});
  return { ...manifest, data: Object.fromEntries(keys.map((key) => [key, '(made at random)'])) };
}

describe('the defaults', () => {
  it('render as the snapshot says; `make chart-snapshot` takes a change on [chart.values]', async () => {
    const rendering = await render();
    await expect(normalized(rendering)).toMatchFileSnapshot('snapshots/defaults.yaml');
    await expectSound(rendering);
  });

  it('make other secrets each time, of 32 bytes or more', async () => {
    const secrets = await Promise.all(
      [render(), render()].map(async (rendering) => {
        const { data } = (await rendering).find('Secret');
        return Buffer.from(data.secret, 'base64').toString();
      }),
    );
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) expect(secret).toMatch(/^.{32,}$/);
  });
});

describe.each(HELM_MAJORS)('helm %s', (major) => {
  it('lints the defaults and every feature without a warning', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypod-lint-'));
    const charts = FEATURES.map((_, index) => join(folder, String(index), 'anypod'));
    for (const [index, chart] of charts.entries()) {
      cpSync(CHART, chart, { recursive: true });
      writeFileSync(join(chart, 'values.yaml'), JSON.stringify(merge(DEFAULTS, VALUES[index] as Values)));
    }
    const { ok, stdout, stderr } = await createCommand('helm', major)(['lint', '--strict', CHART, ...charts]);
    rmSync(folder, { recursive: true });
    expect(ok, stdout + stderr).toBe(true);
    expect(stdout).toContain(`${charts.length + 1} chart(s) linted, 0 chart(s) failed`);
  });
});

describe('the features', () => {
  let renderings: readonly Rendering[];
  let older: readonly Rendering[];
  beforeAll(async () => {
    [renderings, older] = await Promise.all([renderAll(VALUES), renderAll(VALUES, { helm: '3' })]);
  });

  it.each(FEATURES.map((file, index) => [file, index] as const))(
    '%s renders sound objects, the same with helm 3 [chart.valid] [chart.helm]',
    async (_, index) => {
      const rendering = renderings[index] as Rendering;
      expect(comparable(older[index] as Rendering)).toBe(comparable(rendering));
      await expectSound(rendering);
    },
  );

  it('are taken by kustomize, each with a prefix of its own [chart.valid]', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypod-kustomize-'));
    for (const [index, { text }] of renderings.entries()) {
      mkdirSync(join(folder, String(index)));
      writeFileSync(join(folder, String(index), 'objects.yaml'), text);
      const kustomization = { resources: ['objects.yaml'], namePrefix: `f${index}-` };
      writeFileSync(join(folder, String(index), 'kustomization.yaml'), JSON.stringify(kustomization));
    }
    const resources = renderings.map((_, index) => String(index));
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ resources }));
    const { ok, stdout, stderr } = await createCommand('kubectl')(['kustomize', folder]);
    rmSync(folder, { recursive: true });
    expect(ok, stderr).toBe(true);
    const count = renderings.reduce((sum, { manifests }) => sum + manifests.length, 0);
    expect(parseManifests(stdout)).toHaveLength(count);
  });
});
