import { type Caller, principalOf } from '../core/caller.ts';
import type { JsonRpcMessage, JsonRpcRequest } from '../core/json-rpc.ts';
import type { Log } from '../core/log.ts';
import { LEGACY_VERSIONS } from '../core/protocol-version.ts';
import type { RequestState } from '../core/request-state.ts';
import { RPC, rpcError } from '../core/rpc-error.ts';
import type { ModernHandler } from '../core/server-host.ts';
import type { ChangeBus } from './change-bus.ts';
import { interpose } from './change-interposer.ts';
import { createModernCalls } from './modern-calls.ts';
import { memoizeSchemas } from './schema-memo.ts';
import type { ServerSdk } from './sdk.ts';
import type { FactoryContext, ServerFactory } from './user-server.ts';

export interface ModernOptions {
  readonly sdk: ServerSdk;
  readonly createServer: ServerFactory;
  readonly bus: ChangeBus;
  readonly requestState: RequestState;
  readonly keepAliveMs: number;
  readonly maxSubscriptions: number;
  readonly log: Log;
}

/** What a sealed state is bound to: who, and which request. Anonymous callers share a binding; the state is all they hold. */
function bindingOf(body: unknown, caller: Caller): string {
  const { method, params } = body as JsonRpcRequest;
  return JSON.stringify([principalOf(caller.authInfo) ?? '', method, params?.['name'] ?? params?.['uri'] ?? '']);
}

function sealOutbound(message: JsonRpcMessage, requestState: RequestState, binding: string): JsonRpcMessage {
  if (!('result' in message) || message.result?.['resultType'] !== 'input_required') return message;
  const state = message.result['requestState'];
  if (typeof state !== 'string') return message;
  return { ...message, result: { ...message.result, requestState: requestState.seal(state, binding, false) } };
}

/** The body with its echoed state opened; undefined where the state is not one that we sealed for this caller and request. */
function openInbound(body: unknown, requestState: RequestState, binding: string): unknown {
  const { params } = body as JsonRpcRequest;
  const sealed = params?.['requestState'];
  if (typeof sealed !== 'string') return body;
  const state = requestState.open(sealed, binding)?.state;
  return state === undefined ? undefined : { ...(body as JsonRpcRequest), params: { ...params, requestState: state } };
}

/** Answers as the SDK does for a state that its own hook refuses: in band, with a message that says nothing of the reason. */
function refusedState(body: unknown): Response {
  const { id } = body as JsonRpcRequest;
  const data = { reason: 'invalid_request_state' };
  return Response.json(rpcError(id ?? null, RPC.invalidParams, 'Invalid or expired requestState', data));
}

/** Serves 2026-07-28 through the SDK's own handler, with a fresh server per request: nothing of one caller is left for the next. */
export function createModernHandler(options: ModernOptions): ModernHandler {
  const { bus, requestState, createServer } = options;
  const bindings = new WeakMap<Request, string>();

  const factory: ServerFactory = async (context: FactoryContext) => {
    const server = await createServer(context);
    memoizeSchemas(server);
    const binding = context.requestInfo === undefined ? '' : (bindings.get(context.requestInfo) ?? '');
    return interpose(server, {
      publish: (change) => bus.publish(change),
      rewrite: (message) => sealOutbound(message, requestState, binding),
    });
  };

  const createHandler = () =>
    options.sdk.createMcpHandler(factory, {
      legacy: 'reject',
      bus,
      keepAliveMs: options.keepAliveMs,
      maxSubscriptions: options.maxSubscriptions,
      onerror: (error) => options.log.info({ reason: error.message }, 'a modern request was refused or failed'),
    });
  // Two, because streams that listen end before calls do, and the SDK closes a handler as a whole.
  const listening = createHandler();
  const calling = createHandler();
  const calls = createModernCalls();

  return {
    async serve(request, body, caller) {
      const binding = bindingOf(body, caller);
      const opened = openInbound(body, requestState, binding);
      if (opened === undefined) return refusedState(body);
      bindings.set(request, binding);
      const { authInfo } = caller;
      const given = { parsedBody: opened, ...(authInfo === undefined ? {} : { authInfo }) };
      const { id, method } = body as JsonRpcRequest;
      if (method === 'subscriptions/listen') return listening.fetch(request, given);
      return calls.run(id ?? null, () => calling.fetch(request, given));
    },
    get busy() {
      return calls.busy;
    },
    drain: () => listening.close(),
    async close() {
      calls.end();
      await Promise.all([listening.close(), calling.close()]);
    },
  };
}

/** The honest answer where the user's server is of SDK v1, which knows no modern revision. */
export const refuseModern: ModernHandler = {
  async serve(request, body) {
    const { id } = body as JsonRpcRequest;
    const requested = request.headers.get('mcp-protocol-version') ?? undefined;
    const message = `This server speaks ${LEGACY_VERSIONS.at(-1)} and earlier; start with initialize.`;
    const data = { supported: LEGACY_VERSIONS, ...(requested === undefined ? {} : { requested }) };
    return Response.json(rpcError(id ?? null, RPC.unsupportedVersion, message, data), { status: 400 });
  },
  busy: 0,
  drain: async () => undefined,
  close: async () => undefined,
};
