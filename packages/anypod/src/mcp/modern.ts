import type { Caller } from '../core/caller.ts';
import type { JsonRpcRequest } from '../core/json-rpc.ts';
import type { RequestWatch } from '../core/meter.ts';
import { LEGACY_VERSIONS } from '../core/protocol-version.ts';
import { RPC, rpcError } from '../core/rpc-error.ts';
import type { ModernHandler } from '../core/server-host.ts';
import type { SpentStates } from '../core/spent-states.ts';
import { identifyCall } from './call-identity.ts';
import { createPolicyOf } from './called-tools.ts';
import { createModernCalls } from './modern-calls.ts';
import { createModernServers, type ModernServerOptions, type Served } from './modern-servers.ts';
import type { RetryGuard } from './retry-guard.ts';
import { bindingOf, type OpenedRequest, openInbound, refusedState } from './sealed-state.ts';
import { watchResponse } from './watch-response.ts';

export interface ModernOptions extends ModernServerOptions {
  readonly spent: SpentStates;
  readonly guard: RetryGuard;
  /** Tools whose calls are guarded whatever they say of themselves. */
  readonly retryTools: readonly string[];
}

/** Serves 2026-07-28 through the SDK's own handler, with a fresh server per request: nothing of one caller is left for the next. */
export function createModernHandler(options: ModernOptions): ModernHandler {
  const { guard, requestState, spent } = options;
  const servers = createModernServers(options);
  const policyOf = createPolicyOf({ ...options, servers });
  const calls = createModernCalls();

  /** `by` names the call to its repeats, for states that are good for one. */
  async function run(request: Request, { body, once }: OpenedRequest, caller: Caller, served: Served, by?: string) {
    if (once !== undefined && !(await spent.spend(once.id, by ?? crypto.randomUUID(), once.ttlMs)))
      return refusedState(body);
    return servers.call(request, body, caller, served);
  }

  async function call(request: Request, body: JsonRpcRequest, caller: Caller, watch: RequestWatch): Promise<Response> {
    const { retry, once, rerunnable } = await policyOf(request, body, caller);
    const binding = bindingOf(body, caller);
    const opened = openInbound(body, requestState, binding);
    if (opened === undefined) return refusedState(body);
    const served = { binding, once, watch };
    const identity = retry === undefined ? undefined : identifyCall(body, caller);
    if (retry === undefined || identity === undefined) return run(request, opened, caller, served);
    if (typeof identity === 'string') return Response.json(rpcError(body.id, RPC.invalidParams, identity));
    return guard.serve({
      ...identity,
      id: body.id,
      rule: retry,
      rerunnable,
      signal: request.signal,
      run(signal, onResponse) {
        const { url, method, headers } = request;
        const detached = new Request(url, { method, headers, signal });
        return run(detached, opened, caller, { ...served, onResponse }, identity.key);
      },
    });
  }

  return {
    async serve(request, parsed, caller, watch) {
      const body = parsed as JsonRpcRequest;
      const listens = body.method === 'subscriptions/listen';
      const response = await (listens
        ? servers.listen(request, body, caller)
        : calls.run(body.id ?? null, () => call(request, body, caller, watch)));
      return watchResponse(response, listens ? 'listen' : 'request', request.signal, watch);
    },
    get busy() {
      return calls.busy + guard.detached;
    },
    async drain() {
      servers.stopListening();
    },
    async close() {
      calls.end();
      await guard.close();
      servers.stopListening();
      await servers.stopCalls();
    },
  };
}

/** The honest answer where the user's server is of SDK v1, which knows no modern revision. */
export const refuseModern: ModernHandler = {
  async serve(request, body, _caller, watch) {
    watch.ended('refused');
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
