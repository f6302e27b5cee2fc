import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The packages of this repository as npm would publish them. */
export type PackageName = 'anypod' | 'create-anypod';

/** Packs a built package into `directory`. Returns the path of the archive. */
export function packPackage(name: PackageName, directory: string): string {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
  const packed = execFileSync('npm', args, { cwd: join(ROOT, 'packages', name), encoding: 'utf8', stdio: 'pipe' });
  return join(directory, /"filename": "(.+)"/.exec(packed)?.[1] ?? '');
}

/** A registry in which both packages are published. */
export interface Registry {
  readonly url: string;
  /** What makes npm use it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): void;
}

/** Starts a registry on 127.0.0.1. It has the packages of this repository, and sends npm to `upstream` for all others. */
export async function startRegistry(upstream = 'https://registry.npmjs.org/'): Promise<Registry> {
  const directory = mkdtempSync(join(tmpdir(), 'anypod-registry-'));
  const archives = new Map<string, Buffer>();
  const manifests = new Map<string, object>();
  for (const name of ['anypod', 'create-anypod'] as const) {
    archives.set(name, readFileSync(packPackage(name, directory)));
    manifests.set(name, JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')) as object);
  }
  rmSync(directory, { recursive: true });

  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    const archive = archives.get(path.replace(/^archive\//, '').replace(/\.tgz$/, ''));
    if (path.startsWith('archive/') && archive !== undefined) return response.end(archive);
    const manifest = manifests.get(path);
    if (manifest === undefined) return response.writeHead(307, { location: new URL(path, upstream).href }).end();
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(packument(path, manifest)));
  });

  function packument(name: string, manifest: object): object {
    const { version } = manifest as { version: string };
    const integrity = `sha512-${createHash('sha512')
      .update(archives.get(name) ?? '')
      .digest('base64')}`;
    const published = { ...manifest, dist: { tarball: `${url}archive/${name}.tgz`, integrity } };
    return { name, 'dist-tags': { latest: version }, versions: { [version]: published } };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    // A lock file must say where these two packages are, for an image in which npm has another registry.
    env: { npm_config_registry: url, npm_config_omit_lockfile_registry_resolved: 'false' },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
