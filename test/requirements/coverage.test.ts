import { readFileSync } from 'node:fs';
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

  it('has every behaviour that a table of docs/long-work.md names, so that each row has its test', () => {
    const page = readFileSync(new URL('../../docs/long-work.md', import.meta.url), 'utf8');
    const [, table = ''] = page.split('## Call, stream or task');
    const rows =
      table
        .split('##')[0]
        ?.match(/^\| .*/gm)
        ?.slice(1) ?? [];
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      const tests = row.split('|').at(-2) ?? '';
      const ids = tests.match(/`[a-z]+(\.[a-z-]+)+`/g)?.map((id) => id.slice(1, -1)) ?? [];
      expect([row, ids.length]).toEqual([row, expect.toSatisfy((count) => count > 0)]);
      expect(ids.filter((id) => !Object.hasOwn(requirements, id))).toEqual([]);
    }
  });

  it('finds several citations in one title, and no others', () => {
    const source = "it('ends [legacy.delete.confirmed] [legacy.delete.aborts]', () => list[0] ?? map[legacy])";
    expect(citedIds(source)).toEqual(['legacy.delete.confirmed', 'legacy.delete.aborts']);
  });
});
