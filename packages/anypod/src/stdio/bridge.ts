import { setTimeout as delay } from 'node:timers/promises';
import {
  type AuthProvider,
  InsufficientScopeError,
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { createSurvivingFetch } from '../client/surviving-fetch.ts';
import {
  isRequest,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';

/** Gets tokens for the requests. */
export interface BridgeLogin extends AuthProvider {
  /** Gets a token with the scopes that a request lacked. */
  stepUp(error: InsufficientScopeError): Promise<void>;
}

export interface BridgeOptions {
  /** The endpoint. */
  readonly url: URL;
  /** Sends the requests. Default: over the network. */
  readonly fetch?: typeof globalThis.fetch;
  readonly headers?: Readonly<Record<string, string>>;
  /** Undefined: the requests have no token but that of `headers`. */
  readonly login?: BridgeLogin | undefined;
  /** Sends a message to the local client. */
  readonly write: (message: JsonRpcMessage) => void;
  /** Tells the user about trouble. */
  readonly warn: (text: string) => void;
  /** How long requests that the endpoint did not take are sent again, in ms. 0: they are sent once. */
  readonly patienceMs: number;
}

/** A request of the local client that has no answer yet. */
interface Pending {
  readonly abort: AbortController;
  readonly modern: boolean;
}

/** How long the end of a session may take. An endpoint that does not answer ends it by itself. */
const CLOSE_MS = 5000;
const OPENS = ['initialize', 'notifications/initialized'];
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

/**
 * Connects a client that speaks stdio to an endpoint that speaks Streamable HTTP, in both eras. Every request gets an answer: the endpoint's, or an error
 * that says why there is none.
 */
export class Bridge {
  readonly #transport: StreamableHTTPClientTransport;
  readonly #options: BridgeOptions;
  readonly #pending = new Map<RequestId, Pending>();
  #initialize: RequestId | undefined;
  /** Over HTTP, a message could overtake those that open the session. So it waits for them. */
  #opening: Promise<void> = Promise.resolve();
  #settled: () => void = () => undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
    const { url, fetch, patienceMs, warn, headers, login } = options;
    this.#transport = new StreamableHTTPClientTransport(url, {
      // Tasks are the local client's own matter.
      fetch: createSurvivingFetch(url, { patienceMs, warn, tasks: 'off', ...(fetch && { fetch }) }),
      ...(headers && { requestInit: { headers } }),
      ...(login && { authProvider: login }),
    });
    this.#transport.onmessage = (message) => this.#receive(message as JsonRpcMessage);
  }

  async start(): Promise<void> {
    await this.#transport.start();
  }

  /** How many requests of the client have no answer yet. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Resolves when every request has its answer. */
  async settled(): Promise<void> {
    if (this.#pending.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#settled = resolve;
    await promise;
  }

  /** Takes a message of the local client. Resolves when it is sent, or answered with an error. Never rejects. */
  take(message: JsonRpcMessage): Promise<void> {
    const taken = this.#opening.then(() => this.#pass(message));
    if ('method' in message && OPENS.includes(message.method)) this.#opening = taken;
    return taken;
  }

  async #pass(message: JsonRpcMessage): Promise<void> {
    if (isRequest(message)) return this.#request(message);
    if (this.#cancels(message)) return;
    try {
      await this.#send(message);
    } catch (error) {
      this.#options.warn(`a message could not be sent: ${textOf(error)}`);
    }
  }

  /** Ends the connections, and the session, if the endpoint answers soon. */
  async close(): Promise<void> {
    const ended = this.#transport.terminateSession().catch(() => undefined);
    await Promise.race([ended, delay(CLOSE_MS, undefined, { ref: false })]);
    await this.#transport.close();
  }

  async #request(request: JsonRpcRequest): Promise<void> {
    const abort = new AbortController();
    this.#pending.set(request.id, { abort, modern: isModern(request) });
    if (request.method === 'initialize') this.#initialize = request.id;
    const lost = () => this.#answer(rpcError(request.id, RPC.internal, 'The connection ended before the answer came.'));
    try {
      await this.#send(request, { requestSignal: abort.signal, onRequestStreamEnd: lost });
    } catch (error) {
      this.#answer(errorOf(request.id, error));
    }
  }

  /** Sends a message. If a scope is missing, lets the user grant it. */
  async #send(message: JsonRpcMessage, options?: Parameters<StreamableHTTPClientTransport['send']>[1]): Promise<void> {
    const send = () => this.#transport.send(message as JSONRPCMessage, options);
    try {
      await send();
    } catch (error) {
      const { login } = this.#options;
      if (login === undefined || !(error instanceof InsufficientScopeError)) throw error;
      await login.stepUp(error);
      await send();
    }
  }

  /** In 2026-07-28 a call ends with its connection, and there is no message to cancel it over HTTP. */
  #cancels(message: JsonRpcMessage): boolean {
    if (!('method' in message) || message.method !== 'notifications/cancelled') return false;
    const id = message.params?.['requestId'] as RequestId;
    const pending = this.#pending.get(id);
    if (pending?.modern !== true) return false;
    pending.abort.abort();
    this.#forget(id);
    return true;
  }

  #receive(message: JsonRpcMessage): void {
    if (!isResponse(message)) this.#options.write(message);
    else this.#answer(message);
  }

  #answer(response: JsonRpcResponse): void {
    if (response.id === null || !this.#forget(response.id)) return;
    const version = response.id === this.#initialize ? response.result?.['protocolVersion'] : undefined;
    if (version !== undefined) this.#transport.setProtocolVersion(String(version));
    this.#options.write(response);
  }

  #forget(id: RequestId): boolean {
    const had = this.#pending.delete(id);
    if (this.#pending.size === 0) this.#settled();
    return had;
  }
}

function isModern({ params }: JsonRpcRequest): boolean {
  const meta = params?.['_meta'] as Readonly<Record<string, unknown>> | undefined;
  return typeof meta?.[VERSION_KEY] === 'string';
}

function textOf(error: unknown): string {
  const { cause, message } = error as { readonly cause?: { readonly message?: string }; readonly message?: string };
  return cause?.message ?? message ?? String(error);
}

/** The error for the local client: the endpoint's own, if it sent one. */
function errorOf(id: RequestId, error: unknown): JsonRpcResponse {
  try {
    const { data } = error as { readonly data: { readonly text: string } };
    const body = JSON.parse(data.text) as JsonRpcResponse;
    if (body.error !== undefined) return { jsonrpc: '2.0', id, error: body.error };
  } catch {
    // The answer was no JSON-RPC error.
  }
  return rpcError(id, RPC.internal, `The endpoint did not answer: ${textOf(error)}`);
}
