import { setTimeout as delay } from 'node:timers/promises';
import type { Serving } from '../../serve/serve.ts';
import type { Config } from '../../serve/settings/config.ts';
import type { ExitGuard } from './exit-guard.ts';

/** The event of the process that makes it end, and the arguments of its listeners. */
export interface Cause {
  readonly event: string;
  readonly args: readonly unknown[];
}

export interface LeavingOptions {
  readonly config: Pick<Config, 'drainDelayMs' | 'drainTimeoutMs'>;
  /** Aborted when the process ends, so that a start stops. */
  readonly stopping: AbortController;
  /** Runs once the pod has stopped. */
  readonly after: () => Promise<void>;
  /** Runs last: the listeners of the server's module for the cause. */
  readonly runListeners: (cause: Cause) => Promise<void>;
  /** Resolves when the log is written, or after a short time. */
  readonly lastLines: () => Promise<void>;
  readonly guard: ExitGuard;
}

/** How the process ends: the pod drains, then the program around it stops, then the listeners of the module run. */
export interface Leaving {
  /** Must be called at the start, with the pod that is starting. */
  follow(starting: Promise<Serving>): void;
  /** Drains and exits with `code`, or with a higher code of a later call. SIGINT does not wait for a balancer. */
  leave(code: number, cause: Cause): void;
}

/** How long an aborted start may take to end. */
const BREAK_OFF_MS = 3000;
/** The most time that closing may take after the drain: repeated writes, connections, the listeners of the module. */
const CLOSE_MS = 10_000;

export function createLeaving({ config, stopping, after, runListeners, lastLines, guard }: LeavingOptions): Leaving {
  let pod: Promise<Serving | undefined> | undefined;
  let serving: Serving | undefined;
  let left = false;
  let code = 0;

  async function stop({ event }: Cause): Promise<void> {
    if (serving !== undefined) return serving.stop(event === 'SIGINT' ? { delayMs: 0 } : {});
    // No balancer knows a pod that was never ready, so there is no delay.
    const late = await Promise.race([pod, delay(BREAK_OFF_MS, undefined, { ref: false })]);
    await late?.stop({ delayMs: 0 });
  }

  return {
    follow(starting) {
      pod = starting.then(
        (started) => {
          serving = started;
          return started;
        },
        () => undefined,
      );
    },
    leave(wanted, cause) {
      code = Math.max(code, wanted);
      if (left) return;
      left = true;
      stopping.abort();
      setTimeout(() => guard.exit(1), config.drainDelayMs + config.drainTimeoutMs + CLOSE_MS).unref();
      stop(cause)
        .then(after)
        .then(() => {
          guard.open(code);
          return runListeners(cause);
        })
        .catch(() => {
          code = Math.max(code, 1);
        })
        .then(lastLines)
        .then(
          () => guard.exit(code),
          () => guard.exit(code),
        );
    },
  };
}
