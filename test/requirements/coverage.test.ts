import { describe, expect, it } from 'vitest';
import { citedIds, readCitations } from './citations.ts';
import { requirements } from './requirements.ts';

const citations = await readCitations();

describe('the requirement ledger', () => {
  it('has a test for every requirement', () => {
    const cited = new Set(citations.map(({ id }) => id));
    expect(Object.keys(requirements).filter((id) => !cited.has(id))).toEqual([]);
  });

  it('has every requirement that a test cites', () => {
    expect(citations.filter(({ id }) => !Object.hasOwn(requirements, id))).toEqual([]);
  });

  it('finds several citations in one title, and no others', () => {
    const source = "it('ends [legacy.delete.confirmed] [legacy.delete.aborts]', () => list[0] ?? map[legacy])";
    expect(citedIds(source)).toEqual(['legacy.delete.confirmed', 'legacy.delete.aborts']);
  });
});
