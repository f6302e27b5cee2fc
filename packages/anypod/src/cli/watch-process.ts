import type { Logger } from 'pino';
import { describeThrown } from '../core/describe-thrown.ts';
import type { Fault } from '../core/fault.ts';
import type { Config } from '../serve/config.ts';
import type { PodWatch } from '../serve/pod-watch.ts';
import { type ExitGuard, isExitRefused } from './exit-guard.ts';
import type { Leaving } from './leaving.ts';

export interface ProcessOptions {
  readonly config: Pick<Config, 'onUnhandledRejection'>;
  readonly log: Logger;
  readonly watch: PodWatch;
  readonly leaving: Leaving;
  readonly guard: ExitGuard;
}

/** The first signal drains; a second one ends the process at once. */
export function leaveOnSignals({ leaving, guard }: Pick<ProcessOptions, 'leaving' | 'guard'>): void {
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    signals += 1;
    if (signals > 1) guard.exit(1);
    leaving.leave(0, { event: signal, args: [signal] });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/**
 * What a server's code does to the process is told, with the call that did it where the async context knows one. A rejection that nobody handles harms
 * nobody else, so the pod goes on unless the operator wants otherwise. An exception that nobody caught leaves the process in doubt, so the pod drains
 * and exits with 1; a second one ends it at once.
 */
export function surviveFaults({ config, log, watch, leaving, guard }: ProcessOptions): void {
  let exceptions = 0;
  const tell = (fault: Fault, level: 'error' | 'fatal', thrown: unknown, message: string) => {
    watch.meter.fault(fault);
    // The logger leaves out what is undefined.
    log[level]({ err: thrown ?? describeThrown(thrown), ...watch.blame() }, message);
  };

  process.on('unhandledRejection', (reason, promise) => {
    if (isExitRefused(reason)) return;
    const drains = config.onUnhandledRejection === 'drain';
    const then = drains ? 'the pod drains, and is to be replaced' : 'the pod goes on';
    tell('unhandled_rejection', 'error', reason, `a promise was rejected and nobody handled it; ${then}`);
    if (drains) leaving.leave(1, { event: 'unhandledRejection', args: [reason, promise] });
  });
  process.on('uncaughtException', (error, origin) => {
    if (isExitRefused(error)) return;
    exceptions += 1;
    const then =
      exceptions > 1 ? 'it is the second, so the process ends at once' : 'the pod drains, and is to be replaced';
    tell('uncaught_exception', 'fatal', error, `an exception was not caught; ${then}`);
    if (exceptions > 1) guard.exit(1);
    leaving.leave(1, { event: 'uncaughtException', args: [error, origin] });
  });
}

/** A server that calls `process.exit()` makes its pod drain, as others are served by the same process. */
export function refuseExit({ log, watch, leaving, guard }: ProcessOptions): void {
  guard.close(() => {
    watch.meter.fault('process_exit');
    log.fatal(watch.blame(), 'the server called process.exit(); the pod drains, and is to be replaced');
    leaving.leave(1, { event: 'exit', args: [] });
  });
}
