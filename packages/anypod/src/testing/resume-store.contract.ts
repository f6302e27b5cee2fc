import assert from 'node:assert/strict';
import type { ResumeStore } from '../core/store/resume-store.ts';
import type { Runner } from './subject.ts';

/** A `ResumeStore` that the suite tests. */
export interface ResumeStoreSubject {
  readonly name: string;
  /** A fresh, empty store. `again` opens the same one as another process would, if it outlives its process. */
  open(): Promise<{ readonly store: ResumeStore; readonly again?: () => ResumeStore }>;
}

/** What every `ResumeStore` must do. */
export function describeResumeStore({ describe, it }: Runner, subject: ResumeStoreSubject): void {
  describe(`${subject.name}: what a client keeps`, () => {
    it('is what was set last, under any key', async () => {
      const { store } = await subject.open();
      for (const key of ['a', 'https://x.example/mcp step 1', '__proto__', 'ü ✓\n']) {
        assert.equal(await store.get(key), undefined);
        await store.set(key, 'one');
        await store.set(key, `two ${key}`);
        assert.equal(await store.get(key), `two ${key}`);
      }
      assert.equal(await store.get('a'), 'two a');
    });

    it('is gone when it is deleted, and deleting it again does nothing', async () => {
      const { store } = await subject.open();
      await store.set('a', 'one');
      await store.set('b', 'two');
      await store.delete('a');
      await store.delete('a');
      assert.equal(await store.get('a'), undefined);
      assert.equal(await store.get('b'), 'two');
    });

    it('keeps the last of many changes that are made at once', async () => {
      const { store, again } = await subject.open();
      await Promise.all(Array.from({ length: 200 }, (_, n) => store.set(`key ${n % 5}`, `${n}`)));
      for (const one of [store, again?.() ?? store]) assert.equal(await one.get('key 4'), '199');
    });

    it('outlives the process once a change has resolved, if the store says so [client.store]', async () => {
      const { store, again } = await subject.open();
      await store.set('a', 'one');
      await store.set('b', 'two');
      await store.delete('b');
      if (again === undefined) return;
      assert.equal(await again().get('a'), 'one');
      assert.equal(await again().get('b'), undefined);
    });
  });
}
