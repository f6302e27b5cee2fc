import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { ResumeStore } from '../core/store/resume-store.ts';

/** More is refused: a run that keeps so much needs a store of its own. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Keeps everything in one file that only its owner can read (mode 600): a session id is as good as a password, and results may be confidential. Each change
 * writes the file anew beside the old one and renames it (POSIX: atomically), so a crash leaves the old or the new one. Changes that come while the file is
 * written go into the next one together. One process at a time: a change rejects if another process has changed the file meanwhile, and leaves it as it is.
 * Rejects as well if the file is no JSON object of texts, or would be larger than 64 MiB.
 */
export function createFileResumeStore(path: string): ResumeStore {
  let file: Promise<Kept> | undefined;
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const load = () => {
    file ??= readKept(path);
    return file;
  };

  /** Writes what is there when the writing begins. */
  async function write(): Promise<void> {
    await writing?.catch(() => undefined);
    next = undefined;
    writing = writeKept(path, await load());
    await writing;
  }

  async function change(edit: (all: Map<string, string>) => void): Promise<void> {
    edit((await load()).values);
    next ??= write();
    await next;
  }

  return {
    get: async (key) => (await load()).values.get(key),
    async set(key, value) {
      const { values } = await load();
      const bytes = [...values].reduce((sum, [other, text]) => sum + (other === key ? 0 : text.length), value.length);
      if (bytes > MOST_BYTES) throw new Error(`${path} would be larger than 64 MiB. Give each run a file of its own.`);
      await change((all) => all.set(key, value));
    },
    delete: async (key) => {
      if ((await load()).values.has(key)) await change((all) => all.delete(key));
    },
  };
}

/** What this process knows of its file. */
interface Kept {
  readonly values: Map<string, string>;
  /** The version of the file that this process has read or written last. Undefined: there was none. */
  version: string | undefined;
}

async function readKept(path: string): Promise<Kept> {
  const file = await ifThere(open(path));
  if (file === undefined) return { values: new Map(), version: undefined };
  try {
    const version = versionOf(await file.stat({ bigint: true }));
    const values = asTexts(await file.readFile('utf8'));
    if (values === undefined)
      throw new Error(`${path} is not a file of anypod's client. Choose another path, or remove it.`);
    return { values, version };
  } finally {
    await file.close();
  }
}

async function ifThere<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Every version is a file of its own, which then gets the path. */
const versionOf = ({ ino, mtimeNs }: BigIntStats) => `${ino} ${mtimeNs}`;

function asTexts(json: string): Map<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    return entries.every(([, one]) => typeof one === 'string') ? new Map(entries) : undefined;
  } catch {
    return undefined;
  }
}

async function writeKept(path: string, kept: Kept): Promise<void> {
  const there = await ifThere(stat(path, { bigint: true }));
  if (there !== undefined && versionOf(there) !== kept.version)
    throw new Error(`${path} was changed by another process. Give each process a file of its own.`);
  // Another process may do the same.
  const beside = `${path}.${randomUUID()}.tmp`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(JSON.stringify(Object.fromEntries(kept.values)));
    await file.sync();
    const version = versionOf(await file.stat({ bigint: true }));
    await rename(beside, path);
    kept.version = version;
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
