import type { Diagnosis, Row, Verdict } from './finding.ts';

const WORDS: Readonly<Record<Verdict, string>> = { ok: 'ok', warn: 'WARN', fail: 'FAIL', skip: 'skip' };

/** What a server says must not steer the terminal. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');

/** A row as one line, and the remedy below it. */
export function rowText({ verdict, id, evidence, remedy }: Row): string {
  const line = `${WORDS[verdict].padEnd(6)}${id.padEnd(18)}${printable(evidence)}\n`;
  return remedy === undefined ? line : `${line}${' '.repeat(24)}→ ${remedy}\n`;
}

/** How often each verdict was given. */
export function sumsText({ rows }: Diagnosis): string {
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  return `\n${count('fail')} failed, ${count('warn')} warnings, ${count('ok')} ok, ${count('skip')} not found out\n`;
}
