import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Manifest, parseManifests } from './documents.ts';
import { kustomize } from './kustomize.ts';
import { podSecurityProblems } from './pod-security.ts';
import { referenceProblems } from './references.ts';
import { secrecyProblems } from './secrecy.ts';
import { validateManifests } from './validate-manifests.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Kinds whose schema no package has: `kubectl apply --dry-run=server` with their CRD has seen them (docs/kubernetes.md). */
const WITHOUT_SCHEMA = ['Canary', 'MetricTemplate'];

/** The folders that one can apply. */
const FOLDERS = [
  'base',
  'redis',
  ...foldersIn('k8s/overlays').map((name) => `overlays/${name}`),
  ...foldersIn('k8s/addons').map((name) => `addons/${name}`),
];

function foldersIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder));
}

function isOfUnknownKind(problem: string): boolean {
  return WITHOUT_SCHEMA.some((kind) => problem.startsWith(`${kind} `));
}

/** Traffic is applied beside the rest; so are the objects that it selects. */
async function render(folder: string): Promise<string> {
  const text = await kustomize(`k8s/${folder}`);
  return folder === 'overlays/blue-green' ? `${text}\n---\n${await kustomize(`k8s/${folder}/traffic`)}` : text;
}

async function manifestsOf(folder: string): Promise<Manifest[]> {
  return parseManifests(await render(folder));
}

const find = (manifests: readonly Manifest[], kind: string, name = 'anypod') =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);

describe.each(FOLDERS)('k8s/%s', (folder) => {
  it('is what an API server takes, leads nowhere wrong, and runs restricted without secrets in sight', async () => {
    const manifests = await manifestsOf(folder);
    const problems = [
      ...(await validateManifests(manifests)).filter((problem) => !isOfUnknownKind(problem)),
      ...referenceProblems(manifests),
      ...podSecurityProblems(manifests),
      ...secrecyProblems(manifests),
    ];
    expect(problems).toEqual([]);
  });
});

describe('the pods', () => {
  it('have a grace period that is the sum of what a drain needs [pod.kustomize.drain]', async () => {
    const settings = Object.fromEntries(
      readFileSync(join(ROOT, 'k8s/base/shared/settings.env'), 'utf8')
        .split('\n')
        .flatMap((line) => (/^[A-Z]/.test(line) ? [line.split('=') as [string, string]] : [])),
    );
    const pod = find(await manifestsOf('base'), 'Deployment')?.['spec'].template.spec;
    const preStop: number = pod.containers[0].lifecycle.preStop.sleep.seconds;
    const seconds = (name: string) => Number(settings[name]) / 1000;
    const needed = preStop + seconds('ANYPOD_DRAIN_DELAY') + 1 + seconds('ANYPOD_DRAIN_TIMEOUT') + 10;
    expect(pod.terminationGracePeriodSeconds).toBe(needed);
  });

  it('are of the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'packages/anypod/package.json'), 'utf8'));
    for (const folder of ['base', 'overlays/blue-green', 'addons/argo-rollouts', 'addons/knative']) {
      expect([...(await render(folder)).matchAll(/image: anypod:(\S+)/g)].map(([, tag]) => tag)).toContain(version);
      expect(await render(folder)).toContain(`app.kubernetes.io/version: ${version}`);
    }
  });
});

describe('blue-green', () => {
  it('sends the traffic to one colour and the preview to the other', async () => {
    const manifests = await manifestsOf('overlays/blue-green');
    expect(find(manifests, 'Service')?.['spec'].selector.color).toBe('blue');
    expect(find(manifests, 'Service', 'anypod-preview')?.['spec'].selector.color).toBe('green');
    expect(find(manifests, 'Service', 'anypod-pods')?.['spec'].selector).not.toHaveProperty('color');
    for (const color of ['blue', 'green']) {
      expect(find(manifests, 'Deployment', `anypod-${color}`)?.['spec'].selector.matchLabels.color).toBe(color);
    }
  });

  it('leaves to a flip what a flip decides: who gets the traffic, and how many pods each colour has [pod.blue-green.stays]', async () => {
    const applied = parseManifests(await kustomize('k8s/overlays/blue-green'));
    expect(find(applied, 'Service')).toBeUndefined();
    const deployments = applied.filter(({ kind }) => kind === 'Deployment');
    expect(deployments.map(({ spec }) => spec.replicas)).toEqual([undefined, undefined]);
  });
});

describe('what an autoscaler decides', () => {
  it.each(['overlays/ha', 'addons/keda', 'addons/argo-rollouts'])(
    'is not in the Deployment of k8s/%s',
    async (folder) => {
      expect(find(await manifestsOf(folder), 'Deployment')?.['spec']).not.toHaveProperty('replicas');
    },
  );
});

describe('the network policy', () => {
  it('can be put into an overlay', async () => {
    mkdirSync(join(ROOT, 'test-results'), { recursive: true });
    const folder = mkdtempSync(join(ROOT, 'test-results/kustomize-'));
    const overlay = { resources: ['../../k8s/base'], components: ['../../k8s/components/network-policy'] };
    try {
      writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
      const manifests = parseManifests(await kustomize(folder.slice(ROOT.length + 1)));
      expect(await validateManifests(manifests)).toEqual([]);
      expect(referenceProblems(manifests)).toEqual([]);
      expect(find(manifests, 'NetworkPolicy')).toBeDefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
