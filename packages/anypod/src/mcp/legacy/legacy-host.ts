import { setTimeout as delay } from 'node:timers/promises';
import type { Caller } from '../../core/caller.ts';
import { AnypodError } from '../../core/errors.ts';
import type { JsonRpcResponse } from '../../core/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import { serverClosed } from '../../core/rpc-error.ts';
import type { HostedServer, Initialized, Outlet, ServerHost } from '../../core/server-host.ts';
import type { InitializeParams } from '../../core/session.ts';
import { noteRounds } from '../internals/input-rounds.ts';
import { messageEntryOf } from '../internals/message-entry.ts';
import { handlesRequest, leaveLogLevelsToPods, untilHandled } from '../internals/own-handlers.ts';
import { type BuildServer, closeQuietly } from '../sdk/build-server.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import { openToken, sealToken } from '../sdk/progress-tokens.ts';
import type { RunningCalls } from '../sdk/running-calls.ts';
import { memoizeSchemas } from '../sdk/schema-memo.ts';
import { createToolLists } from '../sdk/tool-lists.ts';
import type { UserServer } from '../sdk/user-server.ts';
import { createQuestionIds } from './question-ids.ts';
import { SessionTransport } from './session-transport.ts';
import { findToolHints } from './tool-hints.ts';

/** How long a server's own `close` may take. */
const CLOSE_WITHIN_MS = 2000;

export interface LegacyHostOptions {
  readonly build: BuildServer;
  /** Unique in a session across pods. */
  readonly newQuestionId: () => string;
  /** Estimated bytes of heap of one server. */
  readonly bytes: number;
  readonly calls: RunningCalls;
  readonly log: Log;
}

/** Hosts the user's server for sessions. */
export function createLegacyHost(options: LegacyHostOptions): ServerHost {
  const lists = createToolLists();

  /** Connects the server. If that fails, closes it and throws `AnypodError` `factory_failed`. */
  async function connect(server: UserServer, transport: SessionTransport): Promise<void> {
    try {
      memoizeSchemas(server);
      leaveLogLevelsToPods(server);
      noteRounds(server);
      await server.connect(transport);
      transport.useEntry(messageEntryOf(server));
      transport.useLists(lists, server);
      transport.useEnds(server);
    } catch (cause) {
      await closeQuietly(server);
      throw new AnypodError('factory_failed', 'The server cannot be connected; see the cause in the log.', { cause });
    }
  }

  async function initialize(
    session: string,
    params: InitializeParams,
    outlet: Outlet,
    caller: Caller,
  ): Promise<Initialized> {
    const own = createOwnRequests(outlet);
    const transport = new SessionTransport(session, own.outlet, createQuestionIds(options.newQuestionId), options);
    const { authInfo } = caller;
    const context = { era: 'legacy', requestInfo: lazyRequest(caller) } as const;
    const server = await options.build(authInfo === undefined ? context : { ...context, authInfo });
    await connect(server, transport);
    const ask: HostedServer['ask'] = (method, params, asking) =>
      own.ask((run) => transport.request(run, { jsonrpc: '2.0', method, params }, { caller: asking }));
    const response = await ask('initialize', params, caller);
    const hosted: HostedServer = {
      capabilities: (response.result?.['capabilities'] ?? {}) as Record<string, unknown>,
      request: (run, request, delivery) => transport.request(run, sealToken(request), delivery),
      deliver: (message, delivery) => transport.deliver(sealToken(message), delivery),
      notify: (notification, delivery) =>
        untilHandled(server, notification.method, () => transport.deliver(sealToken(notification), delivery)),
      abort: (run, reason) => transport.abort(run, reason),
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
    async rehydrate(record, outlet, caller) {
      const params = { ...record.initialize, protocolVersion: record.protocolVersion };
      const { server, response } = await initialize(record.id, params, outlet, caller);
      if (response.error !== undefined) {
        await server.close();
        throw new AnypodError('factory_failed', 'The server refused to initialize a session that it accepted before.');
      }
      return server;
    },
  };
}

/** Closes a server. Its own `close` may throw, or never return. */
async function closeServer(server: UserServer, transport: SessionTransport, log: Log): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([server.close(), delay(CLOSE_WITHIN_MS, undefined, { signal: done.signal, ref: false })]);
    await transport.close();
  } catch (err) {
    log.warn({ err }, 'a server failed while it was closed');
  } finally {
    done.abort();
  }
}

/** The host's own requests to a server. Their runs count down from -1, those of clients up from 1. Clients do not get their responses. */
function createOwnRequests(outlet: Outlet) {
  const waiting = new Map<number, (response: JsonRpcResponse) => void>();
  let last = 0;
  return {
    outlet: {
      ...outlet,
      awaits: (run) => waiting.has(run) || outlet.awaits(run),
      closed() {
        for (const [run, resolve] of waiting) resolve(serverClosed(run));
        waiting.clear();
        outlet.closed();
      },
      respond(run, response) {
        const resolve = waiting.get(run);
        if (resolve === undefined) outlet.respond(run, response);
        else resolve(response);
        waiting.delete(run);
      },
      notify: (notification, related) => outlet.notify(openToken(notification), related),
    } satisfies Outlet,
    ask(deliver: (run: number) => void): Promise<JsonRpcResponse> {
      last -= 1;
      const { promise, resolve } = Promise.withResolvers<JsonRpcResponse>();
      waiting.set(last, resolve);
      deliver(last);
      return promise;
    },
  };
}
