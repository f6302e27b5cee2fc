import { open, readFile, rename } from 'node:fs/promises';
import type { ResumeStore } from '../core/resume-store.ts';

/** More is refused: a run that keeps so much needs a store of its own. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Keeps everything in one file that only its owner can read (mode 600): a session id is as good as a password, and results may be confidential. Each change
 * writes the file anew beside the old one and renames it (POSIX: atomically), so a crash leaves the old or the new one. Changes that come while the file is
 * written go into the next one together. Rejects if the file is no JSON object of texts, or would be larger than 64 MiB.
 */
export function createFileResumeStore(path: string): ResumeStore {
  let values: Promise<Map<string, string>> | undefined;
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const load = () => {
    values ??= readValues(path);
    return values;
  };

  /** Writes what is there when the writing begins. */
  async function write(): Promise<void> {
    await writing?.catch(() => undefined);
    next = undefined;
    writing = writeValues(path, await load());
    await writing;
  }

  async function change(edit: (all: Map<string, string>) => void): Promise<void> {
    edit(await load());
    next ??= write();
    await next;
  }

  return {
    get: async (key) => (await load()).get(key),
    async set(key, value) {
      const all = await load();
      const bytes = [...all].reduce((sum, [other, text]) => sum + (other === key ? 0 : text.length), value.length);
      if (bytes > MOST_BYTES) throw new Error(`${path} would be larger than 64 MiB. Give each run a file of its own.`);
      await change(() => all.set(key, value));
    },
    delete: async (key) => {
      if ((await load()).has(key)) await change((all) => all.delete(key));
    },
  };
}

async function readValues(path: string): Promise<Map<string, string>> {
  const text = await readFile(path, 'utf8').catch((error: { readonly code?: string }) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  const values = asTexts(text);
  if (values === undefined)
    throw new Error(`${path} is not a file of anypod's client. Choose another path, or remove it.`);
  return values;
}

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

async function writeValues(path: string, values: ReadonlyMap<string, string>): Promise<void> {
  const beside = `${path}.tmp`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(JSON.stringify(Object.fromEntries(values)));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
