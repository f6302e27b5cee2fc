import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Logger } from 'pino';
import { forkPod } from '../../dev/fork-pod.ts';
import { type Front, openFront } from '../../dev/front.ts';
import { createSupervisor } from '../../dev/supervisor.ts';
import { watchFiles } from '../../dev/watch-files.ts';
import { type Config, ConfigError, readConfig } from '../../serve/settings/config.ts';
import { openStore } from '../../serve/store/open-store.ts';
import { createLog } from '../log/create-log.ts';
import { watchParent } from '../process/parent-watch.ts';
import { devBanner, tellNews } from './dev-news.ts';
import type { HostProgram } from './host-program.ts';
import { DEV_POD } from './host-program.ts';
import { openInspector } from './open-inspector.ts';

const HELP = `Usage: anypod dev <module> [flags]

Serves a module for the one who writes it. A change of the module, or of a local file that it imports, starts a new pod. Sessions, streams and tasks
go on. If the change cannot be loaded, the pod before serves on, and the error is printed. Ctrl-C ends everything.

  --inspector               Open the official MCP Inspector in the browser, with npx

The other flags and the variables are those of anypod serve. Without Redis, what pods share lives in this process.`;

/** What a developer wants otherwise than a pod in production. The environment goes before it. */
const DEFAULTS = { ANYPOD_LOG_FORMAT: 'pretty', ANYPOD_DRAIN_DELAY: '0' };
const SECRET_BYTES = 32;
/** How long calls may still run after Ctrl-C. */
const GRACE_MS = 3000;

/** `anypod dev`: resolves once it watches. Throws `ConfigError` for a fault that is not in the module's code. */
export async function runDev(argv: readonly string[], around: HostProgram): Promise<void> {
  if (argv.includes('--help')) return void process.stdout.write(`${HELP}\n`);
  const flags = argv.filter((argument) => argument !== '--inspector');
  // What a pod has signed must be good for the next one.
  const secret = { ANYPOD_SECRET: randomBytes(SECRET_BYTES).toString('base64') };
  const env = { ...DEFAULTS, ...secret, ...process.env };
  const config = readConfig(flags, env, around.settings);
  if (!existsSync(config.module)) throw new ConfigError([`<module>: there is no file ${config.module}`]);
  if (config.adminPort !== 0) throw new ConfigError(['ANYPOD_ADMIN_PORT: is for anypod serve; anypod dev has none']);
  const log = createLog(config.logLevel, config.logFormat ?? 'pretty', process.stderr, config.logRedact);
  const inRedis = config.redis !== undefined;
  const store = inRedis ? undefined : (await openStore(config, log)).store;
  const front = await openFrontOf(config);
  const url = front.origin + config.path;
  const ending = new AbortController();

  const files = watchFiles((changed) => {
    log.info(`${changed.map((file) => relative('.', file)).join(', ')} changed`);
    supervisor.restart();
  });
  const command = { program: process.argv[1] ?? '', args: [DEV_POD, ...flags], env, store, onFiles: files.add };
  const supervisor = createSupervisor({
    startPod: (events) => forkPod(command, events),
    turnTo: (start) => front.turnTo(start?.port),
    tell(news, start) {
      files.wide = news.startsWith('refused');
      if (news === 'serves' && start !== undefined) process.stdout.write(devBanner(url, start, inRedis));
      else tellNews(log, news, start);
    },
  });
  async function stop(): Promise<void> {
    ending.abort();
    files.close();
    await supervisor.stop(GRACE_MS);
    front.close();
  }
  endOnSignals(config, log, stop, supervisor.kill);
  files.add([resolve(config.module)]);
  supervisor.restart();
  if (argv.includes('--inspector')) openInspector(url, log, ending.signal);
}

async function openFrontOf({ host, port }: Config): Promise<Front> {
  try {
    return await openFront(host, port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy = code === 'EADDRINUSE' ? 'is in use; choose another with --port' : `cannot be used: ${message}`;
    throw new ConfigError([`PORT: ${host}:${port} ${remedy}`]);
  }
}

/** The first signal ends all, with a short time for calls. A second one ends all at once. */
function endOnSignals({ exitWithParent }: Config, log: Logger, stop: () => Promise<void>, kill: () => void): void {
  let ending = false;
  function end(): void {
    if (ending) {
      kill();
      process.exit(1);
    }
    ending = true;
    void stop().finally(() => process.exit(0));
  }
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  watchParent(exitWithParent, process, () => {
    log.warn('the process that started anypod dev has ended, so it ends too (--exit-with-parent)');
    end();
  });
}
