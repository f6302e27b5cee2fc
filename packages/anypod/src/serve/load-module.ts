import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServerSdk } from '../mcp/sdk.ts';
import type { ServerFactory } from '../mcp/user-server.ts';
import { ConfigError } from './config.ts';
import { loadSdkOf } from './resolve-sdk.ts';

/** The user's module. */
export interface UserModule {
  readonly createServer: ServerFactory;
  /** SDK v2 as the module resolves it; undefined where it does not. */
  readonly sdk: ServerSdk | undefined;
}

/** Imports the module at `path` (relative to the working directory). Throws `ConfigError` where it is not there, does not load, or exports no factory. */
export async function loadModule(path: string): Promise<UserModule> {
  const file = resolve(path);
  if (!existsSync(file)) throw new ConfigError([`<module>: there is no file ${path}`]);
  const { href } = pathToFileURL(file);
  let loaded: { default?: unknown };
  try {
    loaded = (await import(href)) as { default?: unknown };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new ConfigError([`<module>: ${path} does not load: ${reason}`]);
  }
  if (typeof loaded.default !== 'function') {
    throw new ConfigError([`<module>: ${path} needs a default export, a function that returns an McpServer`]);
  }
  return { createServer: loaded.default as ServerFactory, sdk: await loadSdkOf(href) };
}
