import type { Sample } from './measure.ts';
import type { Subject } from './subjects.ts';

/** The medians of a subject's rounds. */
export interface Row {
  readonly name: string;
  readonly era: string;
  readonly tools: number;
  readonly schemas: string;
  readonly cpuMicros: number;
  readonly requestsPerSecond: number;
  /** CPU per request relative to the bare echo of the same run. */
  readonly timesBare: number;
  readonly cpuMicrosRange: readonly [number, number];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0];
  return (low + high) / 2;
}

/** Sums up the rounds; the first subject is the bare echo. */
export function summarize(results: readonly { subject: Subject; samples: readonly Sample[] }[]): Row[] {
  const cpu = (samples: readonly Sample[]) => samples.map((sample) => sample.cpuMicros);
  const bare = median(cpu(results[0]?.samples ?? []));
  return results.map(({ subject, samples }) => ({
    name: subject.name,
    era: subject.era,
    tools: subject.tools,
    schemas: subject.schemas,
    cpuMicros: median(cpu(samples)),
    requestsPerSecond: median(samples.map((sample) => sample.requestsPerSecond)),
    timesBare: median(cpu(samples)) / bare,
    cpuMicrosRange: [Math.min(...cpu(samples)), Math.max(...cpu(samples))],
  }));
}

/** A table for people. */
export function table(rows: readonly Row[]): string {
  const head = ['server', 'era', 'schemas', 'tools', 'CPU µs', 'min–max', '× bare', 'requests/s'];
  const lines = rows.map((row) => [
    row.name,
    row.era,
    row.schemas,
    `${row.tools}`,
    row.cpuMicros.toFixed(0),
    row.cpuMicrosRange.map((value) => value.toFixed(0)).join('–'),
    row.timesBare.toFixed(1),
    row.requestsPerSecond.toFixed(0),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)));
  const format = (line: readonly string[]) =>
    line.map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return [head, ...lines].map((line) => format(line).join('  ').trimEnd()).join('\n');
}
