import type { Caller } from '../../core/caller.ts';
import { departureOf } from '../../core/departure.ts';
import type { FilterOf } from '../../core/gate.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { ModernHandler } from '../../core/server-host.ts';
import { LEGACY_VERSIONS } from '../../core/session/protocol-version.ts';
import { bindingOf } from '../../core/state/request-state.ts';
import type { SpentStates } from '../../core/store/spent-states.ts';
import { NO_TASKS, type TaskSettings } from '../../core/task/task-rule.ts';
import type { ParkedState, ParkedStates } from '../parked/parked-state.ts';
import type { Parking } from '../parked/parking.ts';
import { identifyCall } from '../retry/call-identity.ts';
import type { RetryGuard } from '../retry/retry-guard.ts';
import type { ToolPolicy } from '../retry/tool-policies.ts';
import { sealToken } from '../sdk/progress-tokens.ts';
import { createPolicyOf, type PolicyOf } from './called-tools.ts';
import { createModernCalls } from './modern-calls.ts';
import type { ModernRequest, ModernServerOptions, Served } from './modern-request.ts';
import { createModernServers, type ModernServers } from './modern-servers.ts';
import { createGoOn } from './parked-retries.ts';
import { type OpenedRequest, openInbound, refusedState } from './sealed-state.ts';

export interface ModernOptions extends ModernServerOptions {
  readonly spent: SpentStates;
  /** Changes lists so that they have only what their caller may use. Undefined: lists stay as they are. */
  readonly filterOf?: FilterOf | undefined;
  readonly guard: RetryGuard;
  readonly parking: Parking;
  readonly parkedStates: ParkedStates;
  /** Tools whose calls are guarded even if the tools do not ask for it. */
  readonly retryTools: readonly string[];
  /** What the operator says about the tasks of tools, by name. */
  readonly taskTools: Readonly<Record<string, TaskSettings>>;
  /** Calls may run again if their tools declare that this does no harm. */
  readonly reruns: boolean;
}

/** Serves 2026-07-28 through the SDK's own handler. */
export function createModernHandler(options: ModernOptions): ModernHandler {
  const { guard, requestState, spent, parking, parkedStates } = options;
  const servers = createModernServers(options);
  const policyOf = createPolicyOf({ ...options, servers });
  const calls = createModernCalls();
  const run = createRun(servers, spent);
  const goOn = createGoOn(servers, parking, options.traces);

  function call(received: ModernRequest): Promise<void> {
    const policy = policyOf(received);
    return policy instanceof Promise ? policy.then((known) => callBy(known, received)) : callBy(policy, received);
  }

  function callBy(policy: ToolPolicy, received: ModernRequest): Promise<void> {
    const { body, caller, reply, departure } = received;
    const { retry, once, headerSchema } = policy;
    const state = parkedStateOf(body, caller, parkedStates);
    const opened = state === undefined ? openInbound(body, caller, requestState) : { body };
    if (opened === undefined) return refuse(received, refusedState(body));
    const request = { ...received, body: opened.body };
    const rerunnable = policy.rerunnable && options.reruns;
    const filter = options.filterOf?.(body.method, caller);
    const served: Served = { binding: () => bindingOf(body, caller), once, rerunnable, headerSchema, filter };
    const serve = (one: ModernRequest, more: Served, by?: string) =>
      state === undefined ? run(one, opened, more, by) : goOn(one, state, more);
    const identity = retry === undefined ? undefined : identifyCall(body, caller);
    if (retry === undefined || identity === undefined) return serve(request, served);
    if (typeof identity === 'string') return refuse(received, rpcError(body.id, RPC.invalidParams, identity));
    return guard.serve({
      ...identity,
      id: body.id,
      rule: retry,
      rerunnable: policy.rerunnable,
      reply,
      signal: departure.signal(),
      run: (until, detached, onResponse) =>
        serve({ ...request, departure: departureOf(until), reply: detached }, { ...served, onResponse }, identity.key),
    });
  }

  return {
    // A server of SDK v1 has sessions above all, so its clients may name a newer version in the header than in the body.
    takesInitialize: !options.guests,
    serve(parsed, caller, departure, reply) {
      const body = sealToken(parsed as JsonRpcRequest);
      const request = { body, caller, reply, departure };
      if (body.method === 'subscriptions/listen') return servers.listen(request);
      return calls.run(body.id ?? null, reply, (cuttable) => call({ ...request, reply: cuttable }));
    },
    taskRule: createTaskRule(policyOf),
    identityOf: createIdentityOf(policyOf),
    continues: (body, caller) => hasGenuineState(body as JsonRpcRequest, caller, options),
    abandon(parsed, caller) {
      const body = parsed as JsonRpcRequest;
      const state = parkedStateOf(body, caller, parkedStates);
      if (state !== undefined) parking.drop(state);
    },
    get busy() {
      return calls.busy + parking.busy;
    },
    async drain() {
      servers.stopListening();
    },
    async close() {
      calls.end();
      await Promise.all([guard.close(), parking.close()]);
      servers.stopListening();
      await servers.stopCalls();
    },
  };
}

/** Runs a request. `by` is the call's identity, so that repeats of the call may use the same single-use state. */
type Run = (request: ModernRequest, opened: OpenedRequest, served: Served, by?: string) => Promise<void>;

function createRun(servers: ModernServers, spent: SpentStates): Run {
  return (request, { once }, served, by) => {
    if (once === undefined) return servers.call(request, served);
    const spending = spent.spend(once.id, by ?? crypto.randomUUID(), once.ttlMs);
    return spending.then((fresh) =>
      fresh ? servers.call(request, served) : refuse(request, refusedState(request.body)),
    );
  };
}

function createTaskRule(policyOf: PolicyOf): ModernHandler['taskRule'] {
  return (body, caller, departure) => {
    const policy = policyOf({ body: sealToken(body as JsonRpcRequest), caller, departure });
    return policy instanceof Promise ? policy.then(({ task }) => task) : policy.task;
  };
}

function createIdentityOf(policyOf: PolicyOf): ModernHandler['identityOf'] {
  return async (parsed, caller, departure) => {
    const body = sealToken(parsed as JsonRpcRequest);
    const { retry } = await policyOf({ body, caller, departure });
    if (retry === undefined) return undefined;
    const identity = identifyCall(body, caller);
    return typeof identity === 'object' ? { ...identity, windowMs: retry.windowMs } : identity;
  };
}

function parkedStateOf(body: JsonRpcRequest, caller: Caller, states: ParkedStates): ParkedState | undefined {
  const sealed = body.params?.['requestState'];
  return typeof sealed === 'string' ? states.open(sealed, bindingOf(body, caller), body) : undefined;
}

/** Whether a request brings a state that anypod has sealed for it. It may have been used before. */
function hasGenuineState(body: JsonRpcRequest, caller: Caller, { parkedStates, requestState }: ModernOptions): boolean {
  if (typeof body.params?.['requestState'] !== 'string') return false;
  const isParked = parkedStateOf(body, caller, parkedStates) !== undefined;
  return isParked || openInbound(body, caller, requestState) !== undefined;
}

async function refuse({ reply }: ModernRequest, error: JsonRpcResponse): Promise<void> {
  reply.watch.answered(true);
  reply.json(200, JSON.stringify(error));
}

/**
 * The answer if no SDK v2 is installed. It is the refusal of the SDK's own v1 server, without an error code of 2026-07-28. After such a code clients do
 * not fall back to `initialize` (`@ai-sdk/mcp` stops at -32022).
 */
export const refuseModern: ModernHandler = {
  takesInitialize: false,
  async serve(body, _caller, _departure, reply) {
    const { id } = body as JsonRpcRequest;
    const message = `This server speaks ${LEGACY_VERSIONS.at(-1)} and earlier; start with initialize.`;
    reply.json(400, JSON.stringify(rpcError(id ?? null, RPC.refused, message, { supported: LEGACY_VERSIONS })));
  },
  taskRule: () => NO_TASKS,
  identityOf: async () => undefined,
  continues: () => false,
  abandon: () => undefined,
  busy: 0,
  drain: async () => undefined,
  close: async () => undefined,
};
