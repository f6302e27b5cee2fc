import { appendFileSync, readFileSync } from 'node:fs';

/** One thing that a fixture's handler saw, on any pod. */
export interface JournalEntry {
  readonly event: string;
  /** Names the test's own session or call, so that tests do not read each other's entries. */
  readonly key: string;
  readonly pid: number;
  /** What else it saw. */
  readonly value?: unknown;
}

/** The variable that names the journal's file, which all pods of a deployment share. */
export const JOURNAL_VARIABLE = 'FIXTURE_JOURNAL';

/** Notes what a handler saw, so that a test learns what a client cannot see. Each entry is one line, so appends of several pods do not mix. */
export function record(event: string, key: string, value?: unknown): void {
  const file = process.env[JOURNAL_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ event, key, pid: process.pid, value })}\n`);
}

/** The entries of `key`, in order. With `event`, only those of that kind. */
export function readJournal(file: string, key: string, event?: string): readonly JournalEntry[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const entries = lines.map((line) => JSON.parse(line) as JournalEntry);
  return entries.filter((entry) => entry.key === key && (event === undefined || entry.event === event));
}
