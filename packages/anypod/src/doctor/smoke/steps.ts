import { NoAnswer, ProbeFailure } from '../../probe/failure.ts';
import { fault, type OnRow, unknown, well } from '../finding.ts';

/** What a step found, or why it had nothing to do. */
export interface Outcome<T> {
  readonly detail: string;
  readonly skipped?: boolean;
  readonly value?: T;
}

/** Runs a step and tells its row. If the step fails, tells that and rejects with `ProbeFailure`. */
export type RunStep = <T>(id: string, step: (signal: AbortSignal) => Promise<Outcome<T>>) => Promise<T | undefined>;

export interface StepOptions {
  /** How long one step may take (ms). */
  readonly timeoutMs: number;
  readonly tell: OnRow;
}

/** Steps of which each has a row, with what it found and how long it took. */
export function createSteps({ timeoutMs, tell }: StepOptions): RunStep {
  return async (id, step) => {
    const begun = performance.now();
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { detail, skipped = false, value } = await step(signal);
      const took = `${Math.round(performance.now() - begun)} ms`;
      tell({ id, ...(skipped ? unknown(detail) : well(`${detail} (${took})`)) });
      return value;
    } catch (error) {
      const failure = failureOf(error, signal, timeoutMs);
      tell({ id, ...fault(failure.evidence, failure.remedy) });
      throw failure;
    }
  };
}

function failureOf(error: unknown, signal: AbortSignal, timeoutMs: number): ProbeFailure {
  if (error instanceof ProbeFailure) return error;
  if (signal.aborted) {
    // A request that waits for the head of its answer fails with the reason itself.
    const Failure = error === signal.reason ? NoAnswer : ProbeFailure;
    return new Failure(
      `The step did not finish within ${timeoutMs} ms.`,
      'Allow more time with --timeout, or look at the log of the pods.',
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new ProbeFailure(
    `The connection was cut (${code}).`,
    'Check that every timeout between client and pod is above the heartbeat.',
  );
}
