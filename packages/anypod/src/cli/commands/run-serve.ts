import type { Logger } from 'pino';
import { bannerText, type Start, startFields } from '../../serve/banner.ts';
import { createPodWatch } from '../../serve/pod-watch.ts';
import { serve, type Within } from '../../serve/serve.ts';
import { readConfig } from '../../serve/settings/config.ts';
import { SETTINGS } from '../../serve/settings/settings.ts';
import { unknownVariables } from '../../serve/settings/unknown-variables.ts';
import { createLog, formatFor, type LogFormat } from '../log/create-log.ts';
import { captureText } from '../process/capture-text.ts';
import { createExitGuard } from '../process/exit-guard.ts';
import { createLeaving } from '../process/leaving.ts';
import { changeLevelOnSignal } from '../process/log-level-signal.ts';
import { written } from '../process/lossy-stream.ts';
import { holdModuleListeners, type ModuleListeners } from '../process/module-listeners.ts';
import { watchParent } from '../process/parent-watch.ts';
import { leaveOnSignals, refuseExit, surviveFaults } from '../process/watch-process.ts';
import type { HostProgram } from './host-program.ts';

/** How long a process that ends waits for somebody to read its last log lines. */
const LAST_LINES_MS = 500;

/** What is different where a supervisor runs the pod. */
export interface Supervised {
  readonly within: Within;
  readonly announce: (start: Start) => void;
  /** Gets a function that makes the pod drain and the process end. */
  readonly onLeave: (leave: () => void) => void;
}

/** `anypod serve`: resolves once the pod serves, or was told to stop before. Rejects with `ConfigError` for a fault that the operator must correct. */
export async function runServe(argv: readonly string[], around: HostProgram, supervised?: Supervised): Promise<void> {
  const config = readConfig(argv, process.env, around.settings);
  const format = formatFor(config.logFormat, process.stdout);
  const log = createLog(config.logLevel, format, process.stderr, config.logRedact);
  // Nobody may be left to read it. That is no reason to end.
  process.stdout.on('error', () => undefined);
  if (format === 'json') {
    captureText(log, process, console);
    // At a terminal the signal ends the process, as tools for development expect.
    changeLevelOnSignal(log);
  }
  for (const sentence of unknownVariables(process.env, [...SETTINGS, ...around.settings])) log.warn(sentence);

  const stopping = new AbortController();
  const guard = createExitGuard(process);
  let stopProgram = async () => {};
  let listeners: ModuleListeners | undefined;
  const leaving = createLeaving({
    config,
    stopping,
    after: () => stopProgram(),
    runListeners: async (cause) => listeners?.run(cause),
    lastLines: () => written(process.stderr, LAST_LINES_MS),
    guard,
  });
  leaveOnSignals({ leaving, guard });
  supervised?.onLeave(() => leaving.leave(0, { event: 'SIGTERM', args: ['SIGTERM'] }));
  watchParent(config.exitWithParent, process, () => {
    log.warn('the process that started this one has ended; the pod drains and ends (--exit-with-parent)');
    leaving.leave(0, { event: 'SIGTERM', args: ['SIGTERM'] });
  });
  stopProgram = await around.start({ ...config });
  const watch = createPodWatch();
  const parts = { config, log, watch, leaving, guard };
  surviveFaults(parts);
  // This must come after anypod's own listeners, and before the module, which may add some.
  listeners = holdModuleListeners(process, log);
  const starting = serve(config, {
    log,
    announce: supervised?.announce ?? ((start) => announce(start, format, log)),
    signal: stopping.signal,
    watch,
    ...(supervised === undefined ? {} : { within: supervised.within }),
  });
  leaving.follow(starting);
  try {
    await starting;
  } catch (error) {
    if (stopping.signal.aborted) return;
    throw error;
  }
  refuseExit(parts);
}

function announce(start: Start, format: LogFormat, log: Logger): void {
  if (format === 'json') log.info(startFields(start), 'the pod serves');
  else process.stdout.write(bannerText(start));
}
