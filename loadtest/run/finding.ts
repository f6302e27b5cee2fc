/** One measured row: what was run, what came out, and whether the promise beside it held. */
export interface Finding {
  readonly study: string;
  /** What this row was run on, such as `balancer + Redis + 3 pods · legacy JSON`. */
  readonly subject: string;
  /** Numbers by name; the name says the unit. */
  readonly values: Readonly<Record<string, number>>;
  readonly promises: readonly Judged[];
}

/** A promise, in words, and whether it held in this run. */
export interface Judged {
  readonly sentence: string;
  readonly held: boolean;
}

/** A study: runs what it measures, and says what it found. */
export type Study = (options: StudyOptions) => Promise<readonly Finding[]>;

export interface StudyOptions {
  readonly profile: string;
  /** Where HTML reports go. */
  readonly results: string;
  /** What is measured of a study that has many subjects: those whose name it matches. */
  readonly match: RegExp;
}

/** The promises that did not hold, each with what it was measured on. */
export function brokenPromises(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ study, subject, promises }) =>
    promises.filter(({ held }) => !held).map(({ sentence }) => `${study}: ${subject}: ${sentence}`),
  );
}
