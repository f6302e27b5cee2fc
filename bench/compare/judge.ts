import { median } from '../median.ts';
import type { Row } from '../report.ts';
import type { Selector, Target } from './targets.ts';

/** A target at one row. */
export interface Verdict {
  readonly sentence: string;
  /** What was asked of how many tools. */
  readonly at: string;
  readonly atMost: number;
  /** Median by median; absent where one of both was not measured. */
  readonly ratio?: number;
  /** The least and the most of the rounds' own ratios. */
  readonly range?: readonly [number, number];
  readonly held: boolean | 'not measured';
}

/** Judges every target at every row that it speaks of; the rows are those of each study. */
export function judge(studies: readonly (readonly Row[])[], targets: readonly Target[]): Verdict[] {
  return targets.flatMap((target) => {
    const verdicts = studies.flatMap((rows) =>
      rows.filter((row) => fits(row, target.of)).map((row) => judgeRow(target, row, rows)),
    );
    const { sentence, atMost } = target;
    return verdicts.length > 0
      ? verdicts
      : [{ sentence, atMost, at: target.of.work ?? '', held: 'not measured' as const }];
  });
}

function judgeRow({ sentence, against, atMost }: Target, row: Row, rows: readonly Row[]): Verdict {
  const { name, era, tools, schemas, work } = row;
  const other = rows.find((each) => fits(each, { name, era, tools, schemas, work, ...against }));
  const base = { sentence, atMost, at: `${work}, ${tools === 1 ? 'one tool' : `${tools} tools`}` };
  if (other === undefined) return { ...base, held: 'not measured' };
  const ofRounds = row.cpuMicrosOfRounds.map((cpu, round) => cpu / (other.cpuMicrosOfRounds[round] ?? Number.NaN));
  const ratio = median(row.cpuMicrosOfRounds) / median(other.cpuMicrosOfRounds);
  return { ...base, ratio, range: [Math.min(...ofRounds), Math.max(...ofRounds)], held: ratio <= atMost };
}

function fits(row: Row, selector: Selector): boolean {
  return Object.entries(selector).every(([key, value]) => row[key as keyof Selector] === value);
}

/** A line for each verdict, for people. */
export function sentences(verdicts: readonly Verdict[]): string {
  return verdicts.map(line).join('\n');
}

function line({ sentence, at, held, ratio, range }: Verdict): string {
  const said = held === 'not measured' ? 'not measured' : held ? 'held' : 'NOT held';
  const found =
    range === undefined ? '' : `: ${ratio?.toFixed(2)} (rounds ${range.map((each) => each.toFixed(2)).join('–')})`;
  return `${said.padEnd(12)}  ${sentence} [${at}]${found}`;
}
