import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CHART, type Command, createCommand } from '../chart/helm.ts';
import { nest } from '../chart/values.ts';

const [repository, tag] = (process.env['ANYPOD_IMAGE'] ?? 'anypod:dev').split(':');

/** A namespace of the cluster that enforces Pod Security `restricted`, and the tools in it. */
export interface Namespace {
  /** kubectl; fails the test where it fails. */
  kubectl(arguments_: readonly string[], stdin?: string): Promise<string>;
  /** The same, for what may fail. */
  readonly tryKubectl: Command;
  /** helm with values by path; fails the test where it fails. */
  helm(arguments_: readonly string[], values?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The same, for what may fail. */
  tryHelm: (arguments_: readonly string[], values?: Readonly<Record<string, unknown>>) => ReturnType<Command>;
  /** Variables for a shell in which helm and kubectl work in this namespace. Its kubeconfig is written into `folder`. */
  shell(folder: string): Promise<NodeJS.ProcessEnv>;
  delete(): Promise<void>;
}

const TOOLS = join(import.meta.dirname, '../../.helm');

/** Makes a namespace, which must not exist yet. */
export async function createNamespace(name: string, major: '3' | '4' = '4'): Promise<Namespace> {
  if (!process.env['KUBECONFIG']) throw new Error('KUBECONFIG names no cluster: set it, and try again');
  const kubectlCommand = createCommand('kubectl', major, 240);
  const helmCommand = createCommand('helm', major, 240);
  const tryKubectl: Command = (arguments_, stdin) => kubectlCommand(['--namespace', name, ...arguments_], stdin);
  const tryHelm: Namespace['tryHelm'] = (arguments_, values = {}) => {
    const all = nest({ 'image.repository': repository, 'image.tag': tag, ...values });
    const withValues = ['install', 'upgrade', 'template'].includes(arguments_[0] ?? '');
    const more = withValues ? [CHART, '--values', '-'] : [];
    return helmCommand(
      [...arguments_.slice(0, 1), '--namespace', name, ...arguments_.slice(1), ...more],
      withValues ? JSON.stringify(all) : '',
    );
  };

  async function succeed(result: ReturnType<Command>): Promise<string> {
    const { ok, stdout, stderr } = await result;
    expect(ok, `${stdout}\n${stderr}`).toBe(true);
    return stdout;
  }

  await succeed(kubectlCommand(['create', 'namespace', name]));
  const modes = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
  await succeed(kubectlCommand(['label', 'namespace', name, ...modes]));

  return {
    tryKubectl,
    tryHelm,
    kubectl: (arguments_, stdin) => succeed(tryKubectl(arguments_, stdin)),
    helm: (arguments_, values) => succeed(tryHelm(arguments_, values)),
    async shell(folder) {
      const config = join(folder, 'kubeconfig');
      const shown = await succeed(kubectlCommand(['config', 'view', '--raw', '--minify', '--flatten']));
      writeFileSync(config, shown, { mode: 0o600 });
      await succeed(
        kubectlCommand(['--kubeconfig', config, 'config', 'set-context', '--current', '--namespace', name]),
      );
      return { ...process.env, KUBECONFIG: config, PATH: `${join(TOOLS, major)}:${process.env['PATH']}` };
    },
    delete: async () => {
      await succeed(kubectlCommand(['delete', 'namespace', name, '--wait=false']));
    },
  };
}
