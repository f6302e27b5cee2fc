import type { Caller } from '../../core/caller.ts';
import { AnypodError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { HostedServer, Initialized, Kept, Outlet, ServerHost } from '../../core/server-host.ts';
import type { InitializeParams } from '../../core/session/session.ts';
import { noteRounds } from '../internals/input-rounds.ts';
import { messageEntryOf } from '../internals/message-entry.ts';
import { handlesRequest, leaveLogLevelsToPods, untilHandled } from '../internals/own-handlers.ts';
import { type BuildServer, closeQuietly, notConnected } from '../sdk/build-server.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import { sealToken } from '../sdk/progress-tokens.ts';
import { memoizeSchemas } from '../sdk/schema-memo.ts';
import { createToolLists } from '../sdk/tool-lists.ts';
import type { FactoryContext, UserServer } from '../sdk/user-server.ts';
import { createHostedRegistries, type HostedRegistriesOptions } from './hosted-registry.ts';
import { createOwnRequests, type OwnRequests } from './own-requests.ts';
import { createQuestionIds } from './question-ids.ts';
import { SessionTransport } from './session-transport.ts';
import { findToolHints } from './tool-hints.ts';

/** How long a server's own `close` may take. */
const CLOSE_WITHIN_MS = 2000;

export interface LegacyHostOptions extends HostedRegistriesOptions {
  readonly build: BuildServer;
  /** Unique in a session across pods. */
  readonly newQuestionId: () => string;
  /** Estimated bytes of heap of one server. */
  readonly bytes: number;
}

/** Hosts the user's server for sessions. */
export function createLegacyHost(options: LegacyHostOptions): ServerHost {
  const lists = createToolLists();
  const registries = createHostedRegistries(options);

  /** Connects the server. If that fails, closes it and throws `AnypodError` `factory_failed`. */
  async function connect(server: UserServer, transport: SessionTransport, own: OwnRequests, outlet: Outlet) {
    try {
      const registry = registries.watch(server, () => outlet.touched());
      own.onListChange(() => registry?.touch());
      memoizeSchemas(server);
      leaveLogLevelsToPods(server);
      noteRounds(server);
      await transport.join(server);
      transport.useEntry(messageEntryOf(server));
      transport.useLists(lists, server);
      transport.useEnds(server);
      return registry;
    } catch (cause) {
      await closeQuietly(server);
      throw notConnected(cause);
    }
  }

  async function initialize(
    session: string,
    params: InitializeParams,
    outlet: Outlet,
    caller: Caller,
    kept?: Kept,
  ): Promise<Initialized> {
    const own = createOwnRequests(outlet);
    const transport = new SessionTransport(session, own.outlet, createQuestionIds(options.newQuestionId), options);
    const server = await options.build(contextOf(caller, kept));
    const registry = await connect(server, transport, own, outlet);
    const ask: HostedServer['ask'] = (method, params, asking) =>
      own.ask((run) => transport.request(run, { jsonrpc: '2.0', method, params }, { caller: asking }));
    const response = await ask('initialize', params, caller);
    const hosted: HostedServer = {
      capabilities: (response.result?.['capabilities'] ?? {}) as Record<string, unknown>,
      request: (run, request, delivery) => transport.request(run, sealToken(request), delivery),
      deliver: (message, delivery) => transport.deliver(sealToken(message), delivery),
      notify: (notification, delivery) =>
        untilHandled(server, notification.method, () =>
          registries.hand(notification, session, delivery.reach, () =>
            transport.deliver(sealToken(notification), delivery),
          ),
        ),
      registry,
      abort: (run, reason) => transport.abort(run, reason),
      challenge: (request, asking) => transport.challenge(request, asking),
      handles: (method) => handlesRequest(server, method),
      ask,
      toolHints: (name) => findToolHints(name, (page) => ask('tools/list', page, caller)),
      async close() {
        transport.release();
        await closeServer(server, transport, options.log);
      },
    };
    return { server: hosted, response };
  }

  return {
    bytes: options.bytes,
    initialize,
    async rehydrate(record, outlet, caller, kept) {
      const params = { ...record.initialize, protocolVersion: record.protocolVersion };
      const { server, response } = await initialize(record.id, params, outlet, caller, kept);
      if (response.error !== undefined) {
        await server.close();
        throw new AnypodError('factory_failed', 'The server refused to initialize a session that it accepted before.');
      }
      return server;
    },
  };
}

function contextOf(caller: Caller, kept: Kept | undefined): FactoryContext {
  const keeps = kept && { session: kept.session, state: kept.state };
  const context = { era: 'legacy', requestInfo: lazyRequest(caller), ...keeps } as const;
  return caller.authInfo === undefined ? context : { ...context, authInfo: caller.authInfo };
}

/** Closes a server. Its own `close` may throw, or never return. */
async function closeServer(server: UserServer, transport: SessionTransport, log: Log): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_WITHIN_MS).unref();
  try {
    await Promise.race([server.close(), late]);
    await transport.close();
  } catch (err) {
    log.warn({ err }, 'a server failed while it was closed');
  } finally {
    clearTimeout(timer);
  }
}
