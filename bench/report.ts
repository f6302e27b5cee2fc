import type { IdleSession } from './idle-sessions.ts';
import { median } from './median.ts';
import type { Result } from './rounds.ts';
import type { Subject } from './subject.ts';

/** The medians of a subject's rounds. */
export interface Row extends Pick<Subject, 'name' | 'era' | 'tools' | 'schemas' | 'work'>, Partial<IdleSession> {
  readonly rssMb: number;
  readonly cpuMicros: number;
  /** Of each round, in order. */
  readonly cpuMicrosOfRounds: readonly number[];
  readonly requestsPerSecond: number;
  /** CPU per request relative to the bare echo of the same run. */
  readonly timesBare: number;
  /** Latencies in ms, with all connections busy and with one. */
  readonly p50: number;
  readonly p99: number;
  readonly aloneP50: number;
  readonly aloneP99: number;
}

/** Sums up the rounds; the first subject is the bare echo. */
export function summarize(results: readonly Result[]): Row[] {
  const rows = results.map(({ subject: { name, era, tools, schemas, work }, samples, memory }) => {
    const mid = (key: keyof (typeof samples)[number]) => median(samples.map((sample) => sample[key]));
    const numbers = {
      cpuMicros: mid('cpuMicros'),
      requestsPerSecond: mid('requestsPerSecond'),
      p50: mid('p50'),
      p99: mid('p99'),
      aloneP50: mid('aloneP50'),
      aloneP99: mid('aloneP99'),
    };
    const cpuMicrosOfRounds = samples.map(({ cpuMicros }) => cpuMicros);
    return { name, era, tools, schemas, work, ...numbers, ...memory, cpuMicrosOfRounds };
  });
  const bare = rows[0]?.cpuMicros ?? Number.NaN;
  return rows.map((row) => ({ ...row, timesBare: row.cpuMicros / bare }));
}

const COLUMNS: Readonly<Record<string, (row: Row) => string>> = {
  server: ({ name }) => name,
  era: ({ era }) => era,
  schemas: ({ schemas }) => schemas,
  tools: ({ tools }) => `${tools}`,
  'CPU µs': ({ cpuMicros }) => cpuMicros.toFixed(0),
  'min–max': ({ cpuMicrosOfRounds: all }) => `${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)}`,
  '× bare': ({ timesBare }) => timesBare.toFixed(1),
  'requests/s': ({ requestsPerSecond }) => requestsPerSecond.toFixed(0),
  'per core': ({ cpuMicros }) => (1e6 / cpuMicros).toFixed(0),
  'p50/p99 ms busy': ({ p50, p99 }) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`,
  alone: ({ aloneP50, aloneP99 }) => `${aloneP50.toFixed(2)} / ${aloneP99.toFixed(2)}`,
  'RSS MB': ({ rssMb }) => rssMb.toFixed(0),
  'KB/session': ({ sessionKb }) => sessionKb?.toFixed(1) ?? '',
  'KB in Redis': ({ sessionRedisKb }) => sessionRedisKb?.toFixed(2) ?? '',
};
const WORDS = 3;

/** A table for people; columns that nobody fills are left out. */
export function table(rows: readonly Row[]): string {
  const columns = Object.entries(COLUMNS).filter(([, cell]) => rows.some((row) => cell(row) !== ''));
  const lines = [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const format = (line: readonly string[]) =>
    line.map((cell, column) =>
      column < WORDS ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  return lines.map((line) => format(line).join('  ').trimEnd()).join('\n');
}
