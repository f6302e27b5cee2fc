import type { Tally } from '../../chaos/judge.ts';
import type { FailureKind } from '../../chaos/records.ts';

/** What the harness tells the load, one line of JSON each on its standard input. */
export type Command =
  /** Send nothing until `resume`; the sessions stay. */
  | { readonly command: 'pause' }
  | { readonly command: 'resume' }
  /** A pod is about to be lost. */
  | { readonly command: 'losing' }
  /** It is gone: this one. */
  | { readonly command: 'lost'; readonly run: string }
  | { readonly command: 'stop'; readonly allowed: Allowed };

/** What a scenario may cost. */
export interface Allowed {
  /** Kinds of failure that the fault makes unavoidable. */
  readonly failures: readonly FailureKind[];
  /** Within this time of the loss a call of a lost pod has ended. */
  readonly honestWithinMs: number;
}

/** What the load answers, one line of JSON each on its standard output. */
export type Answer =
  | { readonly answer: 'ready' | 'paused' | 'resumed' | 'losing' | 'lost' }
  | { readonly answer: 'report'; readonly report: Report }
  | { readonly answer: 'failed'; readonly message: string };

/** What the load saw, judged. */
export interface Report {
  /** The calls of clients, and their events. */
  readonly tally: Tally;
  /** The requests of the workers that try nothing again. */
  readonly workers: { readonly requests: number; readonly failed: number; readonly slowestMs: number };
  readonly sessions: { readonly kept: number; readonly of: number };
  /** How many requests each version of the server answered. */
  readonly versions: Readonly<Record<string, number>>;
  /** How many processes answered requests. */
  readonly pods: number;
  /** What brought nothing for seconds, in words. */
  readonly longWaits: readonly string[];
  /** Broken promises, in words; empty: none. */
  readonly violations: readonly string[];
}
