import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeThrown, safeText } from '../core/json/describe-thrown.ts';
import type { ServerSdk } from '../mcp/sdk/sdk.ts';
import type { Reuse, ServerFactory } from '../mcp/sdk/user-server.ts';
import { loadSdkOf } from './resolve-sdk.ts';
import { ConfigError } from './settings/config.ts';

const MOST_OF_STACK = 4000;

/** The user's module. */
export interface UserModule {
  readonly createServer: ServerFactory;
  /** SDK v2 as the module resolves it. Undefined: the module does not resolve it. */
  readonly sdk: ServerSdk | undefined;
  /** Which calls may share one of its servers. Undefined: none. */
  readonly reuse: Reuse | undefined;
}

/**
 * Imports the module at `path` (relative to the working directory). Throws `ConfigError` if the file does not exist or does not load, if it exports no
 * factory, or if it declares something that anypod does not know.
 */
export async function loadModule(path: string): Promise<UserModule> {
  const file = resolve(path);
  if (!existsSync(file)) throw new ConfigError([`<module>: there is no file ${path}`]);
  const { href } = pathToFileURL(file);
  let loaded: { default?: unknown; anypod?: unknown };
  try {
    loaded = (await import(href)) as typeof loaded;
  } catch (error) {
    const stack = safeText(() => (error as Error | undefined)?.stack, MOST_OF_STACK);
    throw new ConfigError([`<module>: ${path} cannot be loaded: ${stack ?? describeThrown(error)}`]);
  }
  if (typeof loaded.default !== 'function') {
    throw new ConfigError([`<module>: ${path} needs a default export, a function that returns an McpServer`]);
  }
  const reuse = declaredReuse(path, loaded.anypod);
  return { createServer: loaded.default as ServerFactory, sdk: await loadSdkOf(href), reuse };
}

/** What the module declares about its servers: `export const anypod = { reuse: 'all' }`. */
function declaredReuse(path: string, declared: unknown): Reuse | undefined {
  if (declared === undefined) return undefined;
  if (typeof declared !== 'object' || declared === null) {
    throw new ConfigError([`<module>: ${path} exports anypod, which must be an object such as { reuse: 'all' }`]);
  }
  const { reuse, ...others } = declared as { reuse?: unknown };
  const unknown = Object.keys(others);
  if (unknown.length > 0) {
    throw new ConfigError([
      `<module>: ${path} declares anypod.${unknown.join(', anypod.')}; only anypod.reuse is known`,
    ]);
  }
  if (reuse === undefined || reuse === 'principal' || reuse === 'all') return reuse;
  throw new ConfigError([
    `<module>: ${path} declares anypod.reuse as ${JSON.stringify(reuse)}; use 'principal' or 'all'`,
  ]);
}
