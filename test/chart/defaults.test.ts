import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Manifest, nameOf } from '../manifests/documents.ts';
import { CHART, createCommand } from './helm.ts';
import { type Rendering, render } from './render.ts';
import { expectSound } from './soundness.ts';

/** Values files of which each shows a feature. */
const FEATURES = readdirSync(join(CHART, 'ci')).map((file) => `ci/${file}`);

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

describe.concurrent.each(['4', '3'] as const)('helm %s', (major) => {
  const helm = createCommand('helm', major);

  it('lints the defaults without a warning', async () => {
    const { ok, stdout, stderr } = await helm(['lint', '--strict', CHART]);
    expect(ok, stdout + stderr).toBe(true);
  });

  it.each(FEATURES)('lints %s without a warning', async (file) => {
    const { ok, stdout, stderr } = await helm(['lint', '--strict', CHART, '--values', join(CHART, file)]);
    expect(ok, stdout + stderr).toBe(true);
  });
});

describe.concurrent('the features', () => {
  it.each(FEATURES)('%s renders sound objects, the same with helm 3 [chart.valid] [chart.helm]', async (files) => {
    const [rendering, older] = await Promise.all([
      render({}, { files: [files] }),
      render({}, { files: [files], helm: '3' }),
    ]);
    expect(normalized(older)).toBe(normalized(rendering));
    await expectSound(rendering);
  });
});
