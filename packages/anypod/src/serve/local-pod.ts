import type { Logger } from 'pino';
import { type Anypod, createAnypod } from '../anypod.ts';
import { loadModule } from './load-module.ts';
import { asConfigError } from './serve.ts';
import type { Config } from './settings/config.ts';

/** Starts a pod for one client in this process. It keeps everything in memory and listens on no port. Throws `ConfigError` as `serve` does. */
export async function startLocalPod(config: Config, log: Logger): Promise<Anypod> {
  const { createServer, sdk, reuse } = await loadModule(config.module);
  // The client is the process that has started this one. MCP knows no tokens over stdio.
  const { auth: _, ...settings } = config;
  try {
    return await createAnypod({
      ...settings,
      createServer,
      log,
      ...(sdk === undefined ? {} : { sdk }),
      ...(reuse === undefined ? {} : { reuse }),
    });
  } catch (error) {
    throw asConfigError(error);
  }
}
