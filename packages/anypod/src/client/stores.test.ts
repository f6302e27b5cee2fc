import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  it('belongs to its owner only, and leaves nothing beside it [client.store]', async () => {
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

  it('that another process has changed is left as it is, and its process is told [client.store.alone]', async () => {
    const path = newPath();
    const [one, other] = [createFileResumeStore(path), createFileResumeStore(path)];
    await one.set('a', 'one');
    expect(await other.get('a')).toBe('one');
    await other.set('b', 'other');
    const text = readFileSync(path, 'utf8');
    await expect(one.set('a', 'again')).rejects.toThrow(/was changed by another process/);
    await expect(one.delete('a')).rejects.toThrow(/Give each process a file of its own/);
    expect(readFileSync(path, 'utf8')).toBe(text);
    await other.set('b', 'still');
    expect(await createFileResumeStore(path).get('b')).toBe('still');
  });

  it('that was removed is written again', async () => {
    const path = newPath();
    const store = createFileResumeStore(path);
    await store.set('a', 'one');
    rmSync(path);
    await store.set('b', 'two');
    expect(await createFileResumeStore(path).get('a')).toBe('one');
  });

  it('in a folder that does not exist is an error of the first change', async () => {
    await expect(createFileResumeStore(join(folder, 'none', 'x.json')).set('a', 'one')).rejects.toThrow(/ENOENT/);
  });
});
