import type { Caller } from '../../core/caller.ts';
import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import { messageEntryOf } from '../internals/message-entry.ts';
import { handlesRequest, untilHandled } from '../internals/own-handlers.ts';
import { letServersAsk } from '../internals/questions.ts';
import { closeQuietly, notConnected } from '../sdk/build-server.ts';
import { messageExtra } from '../sdk/message-extra.ts';
import { settledWithin } from '../sdk/settled-within.ts';
import type { UserServer } from '../sdk/user-server.ts';
import { type GuestOutlet, GuestTransport } from './guest-transport.ts';

/** The newest revision that a guest may speak. */
const GUEST_VERSION = '2025-11-25';

/** How long the guest's handler of `notifications/initialized` may take. */
const INITIALIZED_WITHIN_MS = 1000;

/** What a request of 2026-07-28 tells of its client. */
export interface ClientClaims {
  readonly capabilities: unknown;
  readonly info: unknown;
}

/** A user's server that does not speak 2026-07-28. It serves one request, in the revision that it speaks, for a client that it takes for a client of that revision. */
export interface Guest {
  readonly name: unknown;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly instructions: unknown;
  handles(method: string): boolean;
  request(request: JsonRpcRequest, caller: Caller, signal: AbortSignal): Promise<JsonRpcResponse>;
  /** Hands over the answer to one of its questions. */
  answer(response: JsonRpcResponse): void;
  close(): Promise<void>;
}

/** Connects and initializes a server. Rejects with `AnypodError` `factory_failed`, and closes the server, if it cannot be initialized. */
export async function welcomeGuest(
  server: UserServer,
  { capabilities, info }: ClientClaims,
  outlet: GuestOutlet,
  log: Log,
): Promise<Guest> {
  letServersAsk(server);
  const transport = new GuestTransport(outlet, log);
  const close = () => {
    transport.release();
    return closeQuietly(server);
  };

  /** The result of `initialize`. Undefined: the server refuses these claims. */
  async function initialize(claimed: unknown, clientInfo: unknown): Promise<JsonRpcResponse['result']> {
    const params = { protocolVersion: GUEST_VERSION, capabilities: claimed ?? {}, clientInfo };
    const request = { jsonrpc: '2.0', id: 'anypod:initialize', method: 'initialize', params } as const;
    return (await transport.request(request)).result;
  }

  try {
    await transport.join(server);
    transport.useEntry(messageEntryOf(server));
    transport.useEnds(server);
    const anybody = { name: 'unknown', version: '0' };
    // A claim of a wrong form is refused when the request itself is checked.
    const result = (await initialize(capabilities, info ?? anybody)) ?? (await initialize({}, anybody));
    if (result === undefined) throw new Error('The server refused to initialize.');
    await initialized(server, transport);
    return {
      name: result['serverInfo'],
      capabilities: (result['capabilities'] ?? {}) as Record<string, unknown>,
      instructions: result['instructions'],
      handles: (method) => handlesRequest(server, method),
      async request(request, caller, signal) {
        const abort = () => transport.abort(request.id);
        signal.addEventListener('abort', abort, { once: true });
        try {
          return await transport.request(request, messageExtra({ caller }));
        } finally {
          signal.removeEventListener('abort', abort);
        }
      },
      answer: (response) => transport.deliver(response),
      close,
    };
  } catch (cause) {
    await close();
    throw notConnected(cause);
  }
}

/** Tells the server that the client is ready. Servers may register tools then. */
async function initialized(server: UserServer, transport: GuestTransport): Promise<void> {
  const message: JsonRpcMessage = { jsonrpc: '2.0', method: 'notifications/initialized' };
  const handled = untilHandled(server, message.method, () => transport.deliver(message));
  await settledWithin(handled, INITIALIZED_WITHIN_MS, () => new Error()).catch(() => undefined);
}
