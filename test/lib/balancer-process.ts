import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { waitUntilReady } from './wait-until-ready.ts';

const FILES = fileURLToPath(new URL('../../deploy/balancers/', import.meta.url));

/** A balancer without affinity. It runs the configuration from the documentation. */
export interface Balancer {
  readonly port: number;
  readonly origin: string;
  /** The endpoint: `<origin>/mcp`. */
  readonly url: string;
  /** Reads its configuration again. Resolves when its output says so. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Replacements in a documented file: addresses, and times that are too long for a test. */
type Substitutions = readonly (readonly [what: RegExp, by: string])[];

export interface BalancerProcess {
  readonly command: 'haproxy' | 'nginx';
  /** A path below `deploy/balancers`. */
  readonly file: string;
  readonly port: number;
  readonly substitutions: (directory: string) => Substitutions;
  readonly args: (file: string, directory: string) => readonly string[];
  /** The signal on which the process reads its file again. */
  readonly reload: NodeJS.Signals;
}

/** Starts the balancer and waits until a pod answers through it. */
export async function startBalancer(options: BalancerProcess): Promise<Balancer> {
  const { command, file, port, substitutions, args, reload } = options;
  const directory = await mkdtemp(join(tmpdir(), `anypod-${command}-`));
  const own = join(directory, file);
  await writeFile(own, substitute(await readFile(join(FILES, file), 'utf8'), substitutions(directory)));
  // Use a separate process group, so that no worker outlives the test.
  const child = startChild(command, args(own, directory), { detached: true });
  const killGroup = () => signalGroup(child.pid, 'SIGKILL');
  process.once('exit', killGroup);
  const origin = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await child.stop(1000);
    killGroup();
    process.removeListener('exit', killGroup);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(child, async () => (await fetch(`${origin}/readyz`)).status === 200, { name: command });
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return {
    port,
    origin,
    url: `${origin}/mcp`,
    async reload() {
      child.signal(reload);
      await waitUntilReady(child, async () => /Reloading|reconfiguring/.test(child.logs()), {
        name: `${command} again`,
      });
    },
    stop,
  };
}

/** Throws if a pattern is not found: after a change of the file, the balancer must not run with an operator's addresses. */
function substitute(text: string, substitutions: Substitutions): string {
  return substitutions.reduce((changed, [what, by]) => {
    if (!what.test(changed)) throw new Error(`the balancer's configuration has nothing like ${what}`);
    return changed.replace(what, by);
  }, text);
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // The whole group has ended.
  }
}
