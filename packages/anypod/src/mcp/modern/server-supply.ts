import { AsyncLocalStorage } from 'node:async_hooks';
import { type AuthInfo, type Caller, principalOf } from '../../core/caller.ts';
import { createFacade, type FacadeOptions, type FacadeRequest } from '../guest/facade.ts';
import { type BuildServer, closeQuietly } from '../sdk/build-server.ts';
import type { ToolLists } from '../sdk/tool-lists.ts';
import type { FactoryContext, Reuse } from '../sdk/user-server.ts';
import { ModernServer } from './modern-server.ts';

/** Provides the servers for modern requests. Each server serves one request at a time. */
export interface ServerSupply {
  /** Lends a server for one request. `requestInfo` is what the factory may know about the request. */
  lend(request: FacadeRequest, requestInfo: Request): ModernServer | Promise<ModernServer>;
  /** Takes a lent server back. `completed`: its handler has ended. */
  take(server: ModernServer, completed: boolean): void;
}

/** How many idle servers are kept for all callers together. */
const MAX_IDLE = 256;

/** Builds a new server for each request, so nothing of one caller remains for the next. */
export function createFreshSupply(buildServer: BuildServer, lists: ToolLists): ServerSupply {
  return {
    async lend({ caller }, requestInfo) {
      return new ModernServer(await buildServer(contextFor(caller, requestInfo)), false, lists);
    },
    take: () => undefined,
  };
}

/** Builds a new server for each request, and a facade that speaks 2026-07-28 for it. */
export function createGuestSupply(buildServer: BuildServer, lists: ToolLists, options: FacadeOptions): ServerSupply {
  return {
    async lend(request, requestInfo) {
      const guest = await buildServer(contextFor(request.caller, requestInfo));
      const facade = await createFacade(guest, request, options);
      return new ModernServer(facade.server, false, lists, facade.answer);
    },
    take: ({ server }) => void closeQuietly(server),
  };
}

function contextFor({ authInfo }: Caller, requestInfo: Request): FactoryContext {
  const context = { era: 'modern', requestInfo } as const;
  return authInfo === undefined ? context : { ...context, authInfo };
}

/**
 * Reuses servers, if the module has declared that they may be reused. These rules keep callers apart:
 *
 * - A server serves one request at a time. The SDK keeps the client's name and capabilities on the server, so two requests at once would see each
 *   other's. More requests at once need more servers.
 * - Nothing of a caller goes into a server. The factory does not see the request that needed a new server, and runs outside of that request's async
 *   context. Only with `principal` it learns who calls, because then all callers of the server are the same principal with the same scopes. It never
 *   gets their token. A handler gets all else about a caller (auth info, headers, `_meta`, client info, log level, cancellation) with its request.
 * - What the SDK noted about a client is removed before the next request. If that fails, the server is thrown away.
 * - A server is thrown away if its handler was cut off, because the handler may still run, or if its registry has changed since the factory made it.
 * - Requests get ids that are never used twice. So what a handler sends after its response belongs to no later request.
 *
 * The module's declaration also covers what the module itself keeps, such as variables of the factory or of the module.
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
    // The single key of `all` stays, because its only server may come and go with every request.
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
    lend(request, requestInfo) {
      const { caller } = request;
      const key = keyOf(reuse, caller.authInfo);
      if (key === undefined) return fresh.lend(request, requestInfo);
      return takeIdle(key) ?? build(key, caller.authInfo);
    },
    take(server, completed) {
      const key = keys.get(server);
      if (key !== undefined && completed && !server.changed && server.forget()) keep(key, server);
    },
  };
}

/** The key of the callers that share a server. Undefined: none do, because anonymous callers share no principal. */
function keyOf(reuse: Reuse, authInfo: AuthInfo | undefined): string | undefined {
  if (reuse === 'all') return '';
  if (authInfo === undefined) return undefined;
  return JSON.stringify([principalOf(authInfo), authInfo.clientId, authInfo.scopes.toSorted()]);
}

function contextOf(reuse: Reuse, authInfo: AuthInfo | undefined): FactoryContext {
  if (reuse === 'all' || authInfo === undefined) return { era: 'modern' };
  return { era: 'modern', authInfo: { ...authInfo, token: '' } };
}
