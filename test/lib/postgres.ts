import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { waitUntilReady } from './wait-until-ready.ts';

/** A PostgreSQL server with its own, empty data. */
export interface Postgres {
  readonly url: string;
  /** Runs the statements of a file. */
  load(file: string): Promise<void>;
  stop(): Promise<void>;
}

/** Where Debian's packages put the programs that are not on PATH. */
const VERSIONS = '/usr/lib/postgresql';

function programs(): string {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one)) : [];
  const [newest] = versions.map((version) => join(VERSIONS, version, 'bin')).filter((path) => existsSync(path));
  return newest ?? execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
}

/** PostgreSQL does not run as root: then it runs as nobody. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a server of the system's PostgreSQL on a free port of 127.0.0.1. It keeps its data in a temporary directory. */
export async function startPostgres(): Promise<Postgres> {
  const bin = programs();
  const user = unprivileged();
  const directory = await mkdtemp(join(tmpdir(), 'anypod-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const options = { ...user, cwd: directory };
  const data = join(directory, 'data');
  const making = ['--pgdata', data, '--username', 'shop', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'];
  await promisify(execFile)(join(bin, 'initdb'), making, options);
  const port = await freePort();
  const listening = ['-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${directory}`];
  const child = startChild(join(bin, 'postgres'), ['-D', data, ...listening, '-c', 'fsync=off'], options);
  const url = `postgres://shop@127.0.0.1:${port}/postgres`;
  const psql = (...args: string[]) => promisify(execFile)(join(bin, 'psql'), [url, '-v', 'ON_ERROR_STOP=1', ...args]);
  await waitUntilReady(child, async () => (await psql('-c', 'SELECT 1')).stdout !== '', { name: 'PostgreSQL' });
  return {
    url,
    load: async (file) => void (await psql('--file', file)),
    async stop() {
      // SIGTERM waits for clients to leave.
      child.signal('SIGINT');
      await child.exited;
      await rm(directory, { recursive: true });
    },
  };
}
