import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { LinkedList } from './linked-list.ts';

describe('LinkedList', () => {
  it('keeps the order, whatever is removed', () => {
    const list = new LinkedList<string>();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((value) => list.push(value));
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four were pushed');
    expect([...list]).toEqual(['a', 'b', 'c', 'd']);
    expect(list.remove(b)).toBe(true);
    expect([...list]).toEqual(['a', 'c', 'd']);
    expect(list.remove(a)).toBe(true);
    expect(list.first?.value).toBe('c');
    expect(list.remove(d)).toBe(true);
    list.push('e');
    expect([...list]).toEqual(['c', 'e']);
    expect(list.size).toBe(2);
  });

  it('removes nothing twice', () => {
    const list = new LinkedList<number>();
    const one = list.push(1);
    list.push(2);
    expect(list.remove(one)).toBe(true);
    expect(list.remove(one)).toBe(false);
    expect([...list]).toEqual([2]);
    expect(list.size).toBe(1);
  });

  it('keeps nothing of what has gone through it, without a full collection', () => {
    expect(promoted('list')).toBeLessThan(promoted('set') / 4);
  });
});

/** Megabytes that the old generation has grown by after 70 values at a time have come and gone, in a process of its own. */
function promoted(kind: 'list' | 'set'): number {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { LinkedList } from ${JSON.stringify(new URL('./linked-list.ts', import.meta.url).href)};
    const old = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size / 1e6;
    const list = new LinkedList(), set = new Set(), there = [];
    for (let number = 0; number < 70; number += 1) there.push(undefined);
    gc();
    gc();
    const before = old();
    for (let number = 0; number < 60_000; number += 1) {
      const value = { number, text: new Array(100).fill(number) };
      const place = number % 70;
      const gone = there[place];
      if (${kind === 'set'}) {
        if (gone !== undefined) set.delete(gone);
        set.add(value);
        there[place] = value;
      } else {
        if (gone !== undefined) list.remove(gone);
        there[place] = list.push(value);
      }
    }
    console.log(old() - before);`;
  const args = ['--expose-gc', '--max-semi-space-size=1', '--input-type=module', '--eval', script];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}
