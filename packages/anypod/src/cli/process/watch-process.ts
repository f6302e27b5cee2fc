import type { Logger } from 'pino';
import type { Fault } from '../../core/fault.ts';
import { describeThrown } from '../../core/json/describe-thrown.ts';
import type { PodWatch } from '../../serve/pod-watch.ts';
import type { Config } from '../../serve/settings/config.ts';
import { type ExitGuard, isExitRefused } from './exit-guard.ts';
import type { Leaving } from './leaving.ts';

export interface ProcessOptions {
  readonly config: Pick<Config, 'onUnhandledRejection'>;
  readonly log: Logger;
  readonly watch: PodWatch;
  readonly leaving: Leaving;
  readonly guard: ExitGuard;
}

/** The first signal drains. A second one ends the process at once. */
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
 * Logs and counts faults of the server's code, with the call that caused them if the async context knows it. An unhandled rejection harms no other
 * call, so the pod continues, unless the operator wants it to drain. After an uncaught exception the state of the process is unknown, so the pod
 * drains and exits with 1. A second exception ends the process at once.
 */
export function surviveFaults({ config, log, watch, leaving, guard }: ProcessOptions): void {
  let exceptions = 0;
  const tell = (fault: Fault, level: 'error' | 'fatal', thrown: unknown, message: string) => {
    watch.meter.fault(fault);
    // The logger omits an undefined `err`.
    log[level]({ err: thrown ?? describeThrown(thrown), ...watch.blame() }, message);
  };

  process.on('unhandledRejection', (reason, promise) => {
    if (isExitRefused(reason)) return;
    const drains = config.onUnhandledRejection === 'drain';
    const then = drains ? 'the pod drains and must be replaced' : 'the pod continues';
    tell('unhandled_rejection', 'error', reason, `a promise was rejected and nobody handled it; ${then}`);
    if (drains) leaving.leave(1, { event: 'unhandledRejection', args: [reason, promise] });
  });
  process.on('uncaughtException', (error, origin) => {
    if (isExitRefused(error)) return;
    exceptions += 1;
    const then =
      exceptions > 1 ? 'it is the second, so the process ends at once' : 'the pod drains and must be replaced';
    tell('uncaught_exception', 'fatal', error, `an exception was not caught; ${then}`);
    if (exceptions > 1) guard.exit(1);
    leaving.leave(1, { event: 'uncaughtException', args: [error, origin] });
  });
}

/** Makes the pod drain if the server calls `process.exit()`, because the same process serves other clients. */
export function refuseExit({ log, watch, leaving, guard }: ProcessOptions): void {
  guard.close(() => {
    watch.meter.fault('process_exit');
    log.fatal(watch.blame(), 'the server called process.exit(); the pod drains and must be replaced');
    leaving.leave(1, { event: 'exit', args: [] });
  });
}
