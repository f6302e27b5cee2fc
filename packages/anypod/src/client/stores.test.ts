import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeResumeStore } from '../testing/resume-store.contract.ts';
import { createFileResumeStore } from './file-store.ts';
import { createMemoryResumeStore } from './memory-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'anypod-stores-'));
let files = 0;
const newPath = () => join(folder, `${files++}.json`);

describeResumeStore({ describe, it }, { name: 'memory', open: async () => ({ store: createMemoryResumeStore() }) });

describeResumeStore(
  { describe, it },
  {
    name: 'a file',
    async open() {
      const path = newPath();
      return { store: createFileResumeStore(path), again: () => createFileResumeStore(path) };
    },
  },
);

describe('a file', () => {
  it('belongs to its owner only, and leaves nothing beside it', async () => {
    const path = newPath();
    writeFileSync(path, '{}', { mode: 0o644 });
    await createFileResumeStore(path).set('a', 'one');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('that is something else is refused, and stays as it is', async () => {
    for (const text of ['# notes', '[]', '{"a":1}', 'null']) {
      const path = newPath();
      writeFileSync(path, text);
      await expect(createFileResumeStore(path).set('a', 'one')).rejects.toThrow(/is not a file of anypod's client/);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  it('does not grow without end', async () => {
    const store = createFileResumeStore(newPath());
    await expect(store.set('a', 'x'.repeat(65 * 1024 * 1024))).rejects.toThrow(/larger than 64 MiB/);
    await store.set('a', 'small');
    expect(await store.get('a')).toBe('small');
  });

  it('in a folder that does not exist is an error of the first change', async () => {
    await expect(createFileResumeStore(join(folder, 'none', 'x.json')).set('a', 'one')).rejects.toThrow(/ENOENT/);
  });
});
