import { describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { brokenPromises } from './finding.ts';
import { table } from './table.ts';

const finding = (subject: string, held: readonly boolean[]): Finding => ({
  study: 'resume',
  subject,
  values: { lost: 1234.5 },
  promises: held.map((each, index) => ({ sentence: `promise ${index}`, held: each })),
});

describe('a promise that did not hold', () => {
  const findings = [finding('well', [true, true]), finding('badly', [true, false])];

  it('is said with its study and what it was measured on', () => {
    expect(brokenPromises(findings)).toEqual(['resume: badly: promise 1']);
  });

  it('shows in the table beside the numbers', () => {
    const [, , well, badly] = table(findings).split('\n');
    expect(well).toMatch(/^well +1235 +held$/);
    expect(badly).toMatch(/^badly +1235 +NOT HELD$/);
  });
});
