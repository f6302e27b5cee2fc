import type { Row } from '../report.ts';
import type { Length } from '../rounds.ts';
import type { Verdict } from './judge.ts';
import type { Setting } from './setting.ts';

/** What a study found. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

/** What `peers.json` holds. */
export interface Comparison extends Length {
  readonly date: string;
  readonly setting: Setting;
  /** Toolchains whose servers are not among the rows. */
  readonly missing: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly studies: readonly Measured[];
}
