import type { Caller } from '../../core/caller.ts';
import { AnypodError } from '../../core/errors.ts';
import type { JsonRpcResponse } from '../../core/json-rpc.ts';
import type { HostedServer, Initialized, Outlet, ServerHost } from '../../core/server-host.ts';
import type { InitializeParams } from '../../core/session.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import { messageEntryOf } from '../sdk/message-entry.ts';
import { handlesRequest, leaveLogLevelsToPods, untilHandled } from '../sdk/own-handlers.ts';
import { memoizeSchemas } from '../sdk/schema-memo.ts';
import { createToolLists } from '../sdk/tool-lists.ts';
import type { ServerFactory, UserServer } from '../sdk/user-server.ts';
import { createQuestionIds } from './question-ids.ts';
import { SessionTransport } from './session-transport.ts';
import { findToolHints } from './tool-hints.ts';

export interface LegacyHostOptions {
  readonly createServer: ServerFactory;
  /** Unique in a session across pods. */
  readonly newQuestionId: () => string;
  /** Bytes of heap a server is reckoned at. */
  readonly bytes: number;
}

/** Hosts the user's server for sessions. */
export function createLegacyHost(options: LegacyHostOptions): ServerHost {
  const lists = createToolLists();

  async function build(caller: Caller): Promise<UserServer> {
    const { authInfo } = caller;
    try {
      const requestInfo = lazyRequest(caller);
      return await options.createServer({
        era: 'legacy',
        requestInfo,
        ...(authInfo === undefined ? {} : { authInfo }),
      });
    } catch (cause) {
      throw new AnypodError('factory_failed', 'The server factory threw; see the cause in the log.', { cause });
    }
  }

  async function initialize(
    session: string,
    params: InitializeParams,
    outlet: Outlet,
    caller: Caller,
  ): Promise<Initialized> {
    const own = createOwnRequests(outlet);
    const transport = new SessionTransport(session, own.outlet, createQuestionIds(options.newQuestionId));
    const server = await build(caller);
    memoizeSchemas(server);
    leaveLogLevelsToPods(server);
    await server.connect(transport);
    transport.useEntry(messageEntryOf(server));
    transport.useLists(lists, server);
    const ask: HostedServer['ask'] = (method, params, caller) =>
      own.ask((id) => transport.deliver({ jsonrpc: '2.0', id, method, params }, { caller }));
    const response = await ask('initialize', params, caller);
    const hosted: HostedServer = {
      capabilities: (response.result?.['capabilities'] ?? {}) as Record<string, unknown>,
      deliver: (message, delivery) => transport.deliver(message, delivery),
      notify: (notification, delivery) =>
        untilHandled(server, notification.method, () => transport.deliver(notification, delivery)),
      handles: (method) => handlesRequest(server, method),
      ask,
      toolHints: (name) => findToolHints(name, (page) => ask('tools/list', page, caller)),
      close: () => server.close(),
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

/** The host's own requests to a server: they count down from 0, clients' up from 1, and their responses stay here. */
function createOwnRequests(outlet: Outlet) {
  const waiting = new Map<number, (response: JsonRpcResponse) => void>();
  let last = 1;
  return {
    outlet: {
      ...outlet,
      respond(id, response) {
        const resolve = waiting.get(id);
        if (resolve === undefined) outlet.respond(id, response);
        else resolve(response);
        waiting.delete(id);
      },
    } satisfies Outlet,
    ask(deliver: (id: number) => void): Promise<JsonRpcResponse> {
      last -= 1;
      const { promise, resolve } = Promise.withResolvers<JsonRpcResponse>();
      waiting.set(last, resolve);
      deliver(last);
      return promise;
    },
  };
}
