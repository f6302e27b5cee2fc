import { CheckFailure, NoAnswer } from './failure.ts';

/** What a step found, or why it had nothing to do. */
export interface Outcome<T> {
  readonly detail: string;
  readonly skipped?: boolean;
  readonly value?: T;
}

/** Runs a step and prints its line. If the step fails, prints that and rejects with `CheckFailure`. */
export type RunStep = <T>(name: string, step: (signal: AbortSignal) => Promise<Outcome<T>>) => Promise<T | undefined>;

export interface StepOptions {
  /** How long one step may take (ms). */
  readonly timeoutMs: number;
  readonly print: (line: string) => void;
}

/** Each step prints one line: `ok`, `skip` or `FAIL`, its name, how long it took, and what it found. */
export function createSteps({ timeoutMs, print }: StepOptions): RunStep {
  return async (name, step) => {
    const begun = performance.now();
    const say = (word: string, detail: string) => {
      const took = `${Math.round(performance.now() - begun)} ms`;
      print(`${word.padEnd(5)} ${name.padEnd(16)}${took.padStart(8)}  ${detail}\n`);
    };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { detail, skipped = false, value } = await step(signal);
      say(skipped ? 'skip' : 'ok', detail);
      return value;
    } catch (error) {
      const failure = failureOf(error, signal, timeoutMs);
      say('FAIL', failure.message);
      throw failure;
    }
  };
}

function failureOf(error: unknown, signal: AbortSignal, timeoutMs: number): CheckFailure {
  if (error instanceof CheckFailure) return error;
  if (signal.aborted) {
    // A request that waits for the head of its answer fails with the reason itself.
    const Failure = error === signal.reason ? NoAnswer : CheckFailure;
    return new Failure(
      `The step did not finish within ${timeoutMs} ms. Allow more time with --timeout, or look at the log of the pods.`,
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new CheckFailure(
    `The connection was cut (${code}). Check that every timeout between client and pod is above the heartbeat.`,
  );
}
