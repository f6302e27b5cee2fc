import { AsyncLocalStorage } from 'node:async_hooks';
import { type AuthInfo, type Caller, principalOf } from '../../core/caller.ts';
import type { BuildServer } from '../sdk/build-server.ts';
import type { ToolLists } from '../sdk/tool-lists.ts';
import type { FactoryContext, Reuse } from '../sdk/user-server.ts';
import { ModernServer } from './modern-server.ts';

/** Where the servers of modern requests come from; each serves one request at a time. */
export interface ServerSupply {
  /** `requestInfo` is what the factory may be told of the request. */
  lend(caller: Caller, requestInfo: Request): Promise<ModernServer>;
  /** Ends a loan. `completed`: the handler has come to its end. */
  take(server: ModernServer, completed: boolean): void;
}

/** Idle servers that are kept, of all callers together. */
const MAX_IDLE = 256;

/** A fresh server for each request: nothing of one caller is left for the next. */
export function createFreshSupply(buildServer: BuildServer, lists: ToolLists): ServerSupply {
  return {
    async lend({ authInfo }, requestInfo) {
      const context = { era: 'modern', requestInfo } as const;
      const server = await buildServer(authInfo === undefined ? context : { ...context, authInfo });
      return new ModernServer(server, false, lists);
    },
    take: () => undefined,
  };
}

/**
 * Servers that serve again and again, where the module has declared that they may. What keeps callers apart:
 *
 * - A server serves one request at a time. The SDK keeps the client's name and capabilities on the server, so two at once would see each other's;
 *   more requests at once just means more servers.
 * - Nothing of a caller goes into a server: the factory is not told of the request that happened to need a new one, and runs outside of that request's
 *   async context. It learns who calls only with `principal`, where all callers of the server are the same one with the same scopes, and never
 *   their token. All else about a caller (auth info, headers, `_meta`, client info, log level, cancellation) comes to a handler with its request.
 * - What the SDK noted of a client is removed before the next one comes. Where that fails the server is thrown away.
 * - A server whose handler was cut off may still be at work, and one whose registry changed is not what the factory made: both are thrown away.
 * - Requests get ids that are never used twice, so what a handler says after its response belongs to no later request.
 *
 * What the module itself keeps, in variables of the factory or beyond, is what its declaration answers for.
 */
export function createReusingSupply(buildServer: BuildServer, reuse: Reuse, lists: ToolLists): ServerSupply {
  const fresh = createFreshSupply(buildServer, lists);
  const outside = AsyncLocalStorage.snapshot();
  const keys = new WeakMap<ModernServer, string>();
  const idle = new Map<string, ModernServer[]>();
  let idleCount = 0;

  function takeIdle(key: string): ModernServer | undefined {
    const servers = idle.get(key);
    const server = servers?.pop();
    if (server === undefined) return undefined;
    idleCount -= 1;
    // A single key stays, however often its only server comes and goes.
    if (servers?.length === 0 && key !== '') idle.delete(key);
    return server;
  }

  function keep(key: string, server: ModernServer): void {
    const [oldest] = idleCount < MAX_IDLE ? [] : idle.keys();
    if (oldest !== undefined) takeIdle(oldest);
    const servers = idle.get(key);
    if (servers === undefined) idle.set(key, [server]);
    else servers.push(server);
    idleCount += 1;
  }

  async function build(key: string, authInfo: AuthInfo | undefined): Promise<ModernServer> {
    const server = new ModernServer(await outside(buildServer, contextOf(reuse, authInfo)), true, lists);
    keys.set(server, key);
    return server;
  }

  return {
    async lend(caller, requestInfo) {
      const key = keyOf(reuse, caller.authInfo);
      if (key === undefined) return fresh.lend(caller, requestInfo);
      return takeIdle(key) ?? (await build(key, caller.authInfo));
    },
    take(server, completed) {
      const key = keys.get(server);
      if (key !== undefined && completed && !server.changed && server.forget()) keep(key, server);
    },
  };
}

/** Who shares a server; undefined: nobody, since an anonymous caller is not one principal with another. */
function keyOf(reuse: Reuse, authInfo: AuthInfo | undefined): string | undefined {
  if (reuse === 'all') return '';
  if (authInfo === undefined) return undefined;
  return JSON.stringify([principalOf(authInfo), authInfo.clientId, authInfo.scopes.toSorted()]);
}

function contextOf(reuse: Reuse, authInfo: AuthInfo | undefined): FactoryContext {
  if (reuse === 'all' || authInfo === undefined) return { era: 'modern' };
  return { era: 'modern', authInfo: { ...authInfo, token: '' } };
}
