import { pino } from 'pino';
import { readConfig } from '../serve/config.ts';
import { createPodWatch } from '../serve/pod-watch.ts';
import { serve } from '../serve/serve.ts';
import { createExitGuard } from './exit-guard.ts';
import type { HostProgram } from './host-program.ts';
import { createLeaving } from './leaving.ts';
import { holdModuleListeners } from './module-listeners.ts';
import { serializeError } from './serialize-error.ts';
import { leaveOnSignals, refuseExit, surviveFaults } from './watch-process.ts';

/** `anypod serve`: resolves once the pod serves, or was told to stop before. Rejects with `ConfigError` for a fault that the operator must correct. */
export async function runServe(argv: readonly string[], around: HostProgram): Promise<void> {
  const config = readConfig(argv, process.env, around.settings);
  const err = (thrown: unknown) => serializeError(thrown);
  const options = { level: config.logLevel, redact: ['authorization', '*.token'], serializers: { err } };
  const log = pino(options, pino.destination(2));
  const after = await around.start({ ...config });

  const stopping = new AbortController();
  const watch = createPodWatch();
  const guard = createExitGuard(process);
  const leaving = createLeaving({ config, stopping, after, runListeners: (cause) => listeners.run(cause), guard });
  const parts = { config, log, watch, leaving, guard };
  leaveOnSignals(parts);
  surviveFaults(parts);
  // This must come after anypod's own listeners, and before the module, which may add some.
  const listeners = holdModuleListeners(process, log);
  const starting = serve(config, { log, print: (text) => process.stdout.write(text), signal: stopping.signal, watch });
  leaving.follow(starting);
  try {
    await starting;
  } catch (error) {
    if (stopping.signal.aborted) return;
    throw error;
  }
  refuseExit(parts);
}
