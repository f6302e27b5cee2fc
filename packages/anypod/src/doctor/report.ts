import type { Diagnosis } from './diagnose.ts';
import type { Row, Verdict } from './finding.ts';

const WORDS: Readonly<Record<Verdict, string>> = { ok: 'ok', warn: 'WARN', fail: 'FAIL', skip: 'skip' };

/** What a server says must not steer the terminal. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');

/** One line per row, the remedy below it, and a line with the sums. */
export function reportText({ rows }: Diagnosis): string {
  const lines = rows.flatMap(({ verdict, id, evidence, remedy }) => {
    const line = `${WORDS[verdict].padEnd(6)}${id.padEnd(18)}${printable(evidence)}`;
    return remedy === undefined ? [line] : [line, `${' '.repeat(24)}→ ${remedy}`];
  });
  return [...lines, '', sums(rows)].join('\n');
}

/** How often each verdict was given. */
function sums(rows: readonly Row[]): string {
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  return `${count('fail')} failed, ${count('warn')} warnings, ${count('ok')} ok, ${count('skip')} not found out`;
}
