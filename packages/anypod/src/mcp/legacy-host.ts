import type { Caller } from '../core/caller.ts';
import { AnypodError } from '../core/errors.ts';
import type { JsonRpcResponse } from '../core/json-rpc.ts';
import type { HostedServer, Initialized, Outlet, ServerHost } from '../core/server-host.ts';
import type { InitializeParams } from '../core/session.ts';
import { lazyRequest } from './lazy-request.ts';
import { createQuestionIds } from './question-ids.ts';
import { SessionTransport } from './session-transport.ts';
import type { ServerFactory, UserServer } from './user-server.ts';

/** The id of the `initialize` that is handed in; client requests count from 1. */
const INITIALIZE_ID = 0;

export interface LegacyHostOptions {
  readonly createServer: ServerFactory;
  /** Unique in a session across pods. */
  readonly newQuestionId: () => string;
  /** Bytes of heap a server is reckoned at. */
  readonly bytes: number;
}

/** Hosts the user's server for sessions. */
export function createLegacyHost(options: LegacyHostOptions): ServerHost {
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
    const answered = Promise.withResolvers<JsonRpcResponse>();
    let respond: Outlet['respond'] = (_id, response) => answered.resolve(response);
    const switching: Outlet = { ...outlet, respond: (id, response) => respond(id, response) };
    const transport = new SessionTransport(session, switching, createQuestionIds(options.newQuestionId));
    const server = await build(caller);
    await server.connect(transport);
    transport.deliver({ jsonrpc: '2.0', id: INITIALIZE_ID, method: 'initialize', params }, { caller });
    const response = await answered.promise;
    respond = outlet.respond;
    const capabilities = (response.result?.['capabilities'] ?? {}) as Record<string, unknown>;
    const hosted: HostedServer = {
      capabilities,
      deliver: (message, delivery) => transport.deliver(message, delivery),
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
