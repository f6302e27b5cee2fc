import { type Caller, principalOf } from '../../core/caller.ts';
import { encodeResponse, type JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { metaFault } from '../../core/json/meta.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { Reply } from '../../core/reply.ts';
import { type InitializeParams, initializeFault, NO_CHANGES, type Session } from '../../core/session/session.ts';
import { createSessionId } from '../../core/session/session-id.ts';
import type { PodContext } from '../context/context.ts';
import { tooLate } from '../context/too-late.ts';
import { countSession, uncountSession } from '../sessions/counted-sessions.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import type { SessionCache } from '../sessions/session-cache.ts';

/** Creates a session and sends the user's server's answer to `initialize`. Throws `AnypodError` `draining` if this pod has left, and `Limited`. */
export type Initialize = (request: JsonRpcRequest, caller: Caller, reply: Reply) => Promise<void>;

export function createInitialize(context: PodContext, sessions: SessionCache): Initialize {
  const { store, host, pod, background, meter } = context;

  /** No session has begun. */
  function drop(live: LiveSession): void {
    background.run('close failed session', sessions.ended(live.id));
    uncountSession(context, live.session.record);
  }

  /** Asks the server, stores the session and answers. If the server refuses, the answer is its error, and no session is stored. */
  async function begin(
    live: LiveSession,
    request: JsonRpcRequest,
    params: InitializeParams,
    caller: Caller,
    reply: Reply,
  ): Promise<void> {
    const changes = store.changes.tail();
    changes.catch(() => undefined);
    const { server, response } = await host.initialize(live.id, params, live.outlet, caller, live.kept);
    live.adopt(server);
    const body = encodeResponse({ ...response, id: request.id });
    if (response.error !== undefined) {
      reply.watch.answered(true);
      drop(live);
      return reply.json(200, body);
    }
    const protocolVersion = String(response.result?.['protocolVersion']);
    live.session = { ...live.session, record: { ...live.session.record, protocolVersion } };
    const position = await changes;
    await store.sessions.create(live.session.record, pod, position, live.kept.take()).finally(() => live.kept.stored());
    background.run('send the messages from before the session was stored', live.stored());
    meter.sessionCreated();
    // If the server closed while the session was being stored, the session ends too.
    if (live.ended) {
      uncountSession(context, live.session.record);
      await store.sessions.end(live.id);
    }
    reply.json(200, body, { 'mcp-session-id': live.id });
  }

  return async (request, caller, reply) => {
    if (context.departed()) throw tooLate();
    const params = (request.params ?? {}) as InitializeParams;
    const fault = initializeFault(params) ?? metaFault(request);
    if (fault !== undefined) {
      const error = rpcError(request.id, RPC.invalidParams, fault);
      reply.watch.answered(true);
      return reply.json(200, JSON.stringify(error));
    }
    const session = newSession(context, params, caller);
    const counted = await countSession(context, session.record.id, caller);
    const live = sessions.add({ ...session, record: { ...session.record, ...counted } });
    try {
      await begin(live, request, params, caller, reply);
    } catch (error) {
      drop(live);
      throw error;
    } finally {
      sessions.release(live);
    }
  };
}

function newSession(context: PodContext, params: InitializeParams, caller: Caller): Session {
  const { signer, random, store } = context;
  const principal = principalOf(caller.authInfo);
  const boundTo = context.verifiesCallers === true ? principal : undefined;
  const id = createSessionId(signer, random, store.versions.current(), boundTo);
  const record = {
    id,
    protocolVersion: params.protocolVersion,
    initialize: params,
    createdAt: Date.now(),
    ...(principal === undefined ? {} : { principal }),
  };
  return {
    record,
    subscriptions: new Set<string>(),
    cancelled: new Set<string>(),
    notifications: [],
    registry: NO_CHANGES,
  };
}
