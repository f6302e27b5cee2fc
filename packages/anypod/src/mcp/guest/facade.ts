import type { Caller } from '../../core/caller.ts';
import { isRequest, type JsonRpcMessage, type JsonRpcRequest, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import { passesLogLevel } from '../../core/log-level.ts';
import { RunningCall, type RunningCalls } from '../sdk/running-calls.ts';
import type { ServerSdk } from '../sdk/sdk.ts';
import type { UserServer } from '../sdk/user-server.ts';
import { type Guest, welcomeGuest } from './guest.ts';
import { inModernWords } from './modern-words.ts';

const CAPABILITIES_META_KEY = 'io.modelcontextprotocol/clientCapabilities';
const CLIENT_INFO_META_KEY = 'io.modelcontextprotocol/clientInfo';
const LOG_LEVEL_META_KEY = 'io.modelcontextprotocol/logLevel';

/** The parts of SDK v2's `McpServer` that a facade uses. */
interface FacadeServer extends UserServer {
  readonly server: {
    readonly transport?: { send(message: JsonRpcMessage, options?: object): Promise<void>; close(): Promise<void> };
    registerCapabilities(capabilities: object): void;
    fallbackRequestHandler?: (request: JsonRpcRequest, context: HandlerContext) => Promise<unknown>;
  };
  toolInputSchemaJson(tool: string): unknown;
}

interface HandlerContext {
  readonly mcpReq: { readonly id: JsonRpcRequest['id']; readonly signal: AbortSignal };
}

/** A server of SDK v2 that speaks 2026-07-28 for a guest, for one request. */
export interface Facade {
  readonly server: UserServer;
  /** Hands the guest the answer to one of its questions. */
  answer(response: JsonRpcResponse): void;
}

export interface FacadeOptions {
  readonly sdk: ServerSdk;
  readonly calls: RunningCalls;
  readonly log: Log;
}

/** What a facade is made for. Without `body` it only tells the guest's capabilities. */
export interface FacadeRequest {
  readonly caller: Caller;
  readonly body?: JsonRpcRequest;
  /** The input schema of the called tool, if it names headers (SEP-2243). The SDK then compares them with the arguments. */
  readonly headerSchema?: unknown;
}

/**
 * Makes the facade of a server that does not speak 2026-07-28. The SDK does for it what it does for servers of its own: `server/discover`, checks of
 * versions, headers and `_meta`, `subscriptions/listen`, cache hints. All other requests go to the guest.
 */
export async function createFacade(
  server: UserServer,
  { caller, body, headerSchema }: FacadeRequest,
  { sdk, calls, log }: FacadeOptions,
): Promise<Facade> {
  const meta = (body?.params?.['_meta'] ?? {}) as Record<string, unknown>;
  const claims = { capabilities: meta[CAPABILITIES_META_KEY], info: meta[CLIENT_INFO_META_KEY] };
  const transport = () => facade?.server.transport;
  const outlet = {
    async send(message: JsonRpcMessage, related: JsonRpcRequest['id'] | undefined) {
      if (isRequest(message) && transport() === undefined)
        throw new Error('No client waits for an answer of this server.');
      if (!('method' in message) || isMuted(message, meta[LOG_LEVEL_META_KEY])) return;
      // A log message belongs to the request, even if its handler does not say so. For a question, the async context decides.
      const belongs = !isRequest(message) && !isChange(message.method);
      const relatedRequestId = isChange(message.method) ? undefined : (related ?? (belongs ? body?.id : undefined));
      await transport()?.send(message, relatedRequestId === undefined ? {} : { relatedRequestId });
    },
    closed: () => void transport()?.close(),
  };
  let facade: FacadeServer | undefined;
  const guest = await outsideOfCalls(calls, () => welcomeGuest(server, claims, outlet, log));
  facade = dress(guest, sdk);
  if (headerSchema !== undefined) facade.toolInputSchemaJson = () => headerSchema;
  if (body !== undefined && guest.handles(body.method)) {
    // Functions that are written where they are assigned would be old from the beginning, and keep the guest (`young-garbage.test.ts`).
    const forward: FacadeServer['server']['fallbackRequestHandler'] = async (request, { mcpReq }) =>
      inModernWords(
        await guest.request({ ...request, jsonrpc: '2.0', id: mcpReq.id }, caller, mcpReq.signal),
        request,
        claims.capabilities,
      );
    facade.server.fallbackRequestHandler = forward;
  }
  return { server: facade, answer: guest.answer };
}

/** Runs `work` in an async context of its own, so that timers which a server starts while it is initialized do not speak for a client's call. */
function outsideOfCalls<T>(calls: RunningCalls, work: () => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  calls.run(new RunningCall({ jsonrpc: '2.0', id: 'anypod:initialize', method: 'initialize' }), () => resolve(work()));
  return promise;
}

/** A server of SDK v2 with the name and the capabilities of the guest. Its `close` also closes the guest. */
function dress(guest: Guest, sdk: ServerSdk): FacadeServer {
  const { McpServer } = sdk as unknown as { McpServer: new (info: unknown, options: object) => FacadeServer };
  const { instructions } = guest;
  const facade = new McpServer(guest.name, instructions === undefined ? {} : { instructions });
  facade.server.registerCapabilities(guest.capabilities);
  const close = facade.close.bind(facade);
  const closeBoth = async () => {
    await close();
    await guest.close();
  };
  facade.close = closeBoth;
  return facade;
}

/** Whether the client has not asked for this log message. Without a level it has asked for none (MCP 2026-07-28, Logging). */
function isMuted(
  { method, params }: { method: string; params?: Record<string, unknown> },
  threshold: unknown,
): boolean {
  if (method !== 'notifications/message') return false;
  return typeof threshold !== 'string' || !passesLogLevel(params?.['level'], threshold);
}

/** Whether a notification tells of a change. It is for everyone who listens, even if the handler names its request. */
function isChange(method: string): boolean {
  return method.endsWith('/list_changed') || method === 'notifications/resources/updated';
}
