import { fileURLToPath } from 'node:url';
import { type CommandOptions, runCommand } from './run-command.ts';

const CHART = fileURLToPath(new URL('../../../helm/anypod', import.meta.url));
const TIMEOUT = '3m';

/** Values by their path, as `--set` takes them. */
export type Values = Readonly<Record<string, string | number | boolean>>;

/** Plain helm, and the one release of the tests. */
export interface Helm {
  /** Installs the chart, or upgrades it, with these values and no others. Resolves when all is ready. */
  deploy(values: Values): Promise<void>;
  /** The chart's own tests; answers what they print. */
  test(): Promise<string>;
  uninstall(options?: CommandOptions): Promise<void>;
}

export function createHelm(release: string, namespace: string, signal: AbortSignal): Helm {
  const run = (args: readonly string[], options: CommandOptions = {}) =>
    runCommand('helm', ['--namespace', namespace, ...args], { signal, timeoutMs: 200_000, ...options });
  // Helm 4 refuses to change what kubectl has set (the replicas, a flipped selector, an image that was undone); Helm 3 just does it.
  const conflictFlags = async () => {
    const version = await run(['version', '--template', '{{.Version}}']);
    return version.startsWith('v3') ? [] : ['--force-conflicts'];
  };
  return {
    async deploy(values) {
      const settings = Object.entries(values).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
      const flags = ['--install', '--reset-values', '--wait', '--timeout', TIMEOUT];
      await run(['upgrade', release, CHART, ...flags, ...(await conflictFlags()), ...settings]);
    },
    test: () => run(['test', release, '--logs', '--timeout', TIMEOUT]),
    uninstall: async (options) => void (await run(['uninstall', release, '--ignore-not-found'], options)),
  };
}
