import { expect } from 'vitest';
import { type Manifest, nameOf, parseManifests } from '../manifests/documents.ts';
import { aliasOf, runBatch } from './batch-chart.ts';
import { CHART, createCommand, type HelmMajor } from './helm.ts';
import type { Values } from './values.ts';

export interface RenderOptions {
  /** The release's name; `demo` unless told. */
  readonly release?: string;
  /** Helm's major version. */
  readonly helm?: HelmMajor;
  /** The cluster's version. */
  readonly kubeVersion?: string;
  /** Values files, relative to the chart. */
  readonly files?: readonly string[];
}

/** The objects that the chart makes of some values, and shorter ways to what tests ask of them. */
export interface Rendering {
  readonly text: string;
  readonly manifests: readonly Manifest[];
  all(kind: string): Manifest[];
  /** The object of a kind whose name is `demo-anypod` (or the other release's) and this suffix. */
  find(kind: string, suffix?: string): Manifest;
  /** What the server's pods are made from. */
  template(suffix?: string): Manifest;
  /** The server's container. */
  container(suffix?: string): Manifest;
  /** An environment variable of the server's container: its value, or the key of a Secret or ConfigMap. */
  env(name: string, suffix?: string): unknown;
}

function template(values: Values, { release = 'demo', helm = '4', kubeVersion, files = [] }: RenderOptions) {
  const more = [
    ...files.flatMap((file) => ['--values', `${CHART}/${file}`]),
    ...(kubeVersion ? ['--kube-version', kubeVersion] : []),
  ];
  const arguments_ = ['template', release, CHART, '--namespace', 'tools', ...more, '--values', '-'];
  return createCommand('helm', helm)(arguments_, JSON.stringify(values));
}

/** Renders the chart; fails the test where helm refuses. */
export async function render(values: Values = {}, options: RenderOptions = {}): Promise<Rendering> {
  const { ok, stdout, stderr } = await template(values, options);
  expect(ok, stderr).toBe(true);
  return rendering(stdout, options.release ?? 'demo');
}

/** Renders the chart with many sets of values in one run of helm (`runBatch`); fails the test where helm refuses one. */
export async function renderAll(
  sets: readonly Values[],
  { release = 'demo', helm = '4', kubeVersion }: Omit<RenderOptions, 'files'> = {},
): Promise<Rendering[]> {
  const { ok, stdout, stderr } = await runBatch(['template', release], sets, {
    helm,
    arguments_: kubeVersion ? ['--kube-version', kubeVersion] : [],
  });
  if (!ok)
    throw new Error(stderr.replaceAll(/\bc(\d+)\b/g, (alias, index) => `${alias} ${JSON.stringify(sets[index])}`));
  const texts = new Map<string, string[]>();
  for (const document of stdout.split(/^---\n/m)) {
    const alias = /^# Source: batch\/charts\/(c\d+)\//.exec(document)?.[1] ?? '';
    texts.set(alias, [...(texts.get(alias) ?? []), document]);
  }
  return sets.map((_, index) => rendering(texts.get(aliasOf(index))?.join('---\n') ?? '', release));
}

/** What the schema says about each of many sets of values, all of which it refuses. */
export async function schemaErrors(sets: readonly Values[], helm: HelmMajor): Promise<string[]> {
  const { ok, stderr } = await runBatch(['template', 'demo'], sets, { helm });
  expect(ok, 'the schema refuses these values').toBe(false);
  const lines = stderr.split('\n');
  return sets.map((_, index) => lines.filter((line) => new RegExp(`\\b${aliasOf(index)}\\b`).test(line)).join('\n'));
}

/** What helm says where it refuses these values; fails the test where it takes them. */
export async function refusal(values: Values, options: RenderOptions = {}): Promise<string> {
  const { ok, stderr } = await template(values, options);
  expect(ok, 'helm refuses these values').toBe(false);
  return stderr;
}

function rendering(text: string, release: string): Rendering {
  const manifests = parseManifests(text);
  const all = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
  const find = (kind: string, suffix = '') => {
    const name = `${release}-anypod${suffix}`;
    const found = all(kind).find(({ metadata }) => metadata.name === name);
    return found ?? expect.fail(`no ${kind} ${name} among ${manifests.map(nameOf).join(', ')}`);
  };
  const podTemplate = (suffix = '') => find('Deployment', suffix)['spec'].template as Manifest;
  const container = (suffix = '') => podTemplate(suffix)['spec'].containers[0] as Manifest;
  const env = (name: string, suffix = '') => {
    const variables: Manifest[] = container(suffix)['env'] ?? [];
    const variable = variables.find((candidate) => candidate['name'] === name);
    return variable?.['value'] ?? variable?.['valueFrom']?.secretKeyRef ?? variable?.['valueFrom'];
  };
  return { text, manifests, all, find, template: podTemplate, container, env };
}
