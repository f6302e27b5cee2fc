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
});
