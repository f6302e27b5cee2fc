import { AnypodError } from '../../core/errors.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json-rpc.ts';
import { isLogLevel } from '../../core/log-level.ts';
import { RPC, rpcError } from '../../core/rpc-error.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { PodContext } from '../context/context.ts';
import type { Confirmations } from '../peers/confirmations.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import type { SessionCache } from '../sessions/session-cache.ts';

/** Answers one request of a session; never rejects. */
export type SessionRequest = (live: LiveSession, request: JsonRpcRequest) => Promise<JsonRpcResponse>;

/**
 * The requests that change a session, which anypod serves itself so that they hold on every pod: `logging/setLevel` and
 * `resources/subscribe|unsubscribe` (which neither SDK's `McpServer` implements). Answered when every pod that holds the session knows.
 */
export interface SessionRequests {
  /** Undefined: the request is the user's server's, which also refuses what it never declared. */
  find(method: string, server: HostedServer): SessionRequest | undefined;
}

type Apply = (session: string, request: JsonRpcRequest) => Promise<readonly string[] | undefined>;

class InvalidParams extends Error {}

function uriOf({ method, params }: JsonRpcRequest): string {
  const uri = params?.['uri'];
  if (typeof uri !== 'string') throw new InvalidParams(`${method} needs params.uri, a string.`);
  return uri;
}

function levelOf({ params }: JsonRpcRequest): string {
  const level = params?.['level'];
  if (!isLogLevel(level)) throw new InvalidParams('logging/setLevel needs params.level, one of debug to emergency.');
  return level;
}

function failure({ id }: JsonRpcRequest, error: unknown): JsonRpcResponse {
  if (error instanceof InvalidParams) return rpcError(id, RPC.invalidParams, error.message);
  if (error instanceof AnypodError) return rpcError(id, RPC.internal, error.message, { reason: error.code });
  return rpcError(id, RPC.internal, 'Internal error');
}

export function createSessionRequests(
  { store, log }: PodContext,
  sessions: SessionCache,
  confirmations: Confirmations,
): SessionRequests {
  const changing = (apply: Apply): SessionRequest => {
    return async (live, request) => {
      try {
        const pods = await apply(live.id, request);
        await sessions.changed(live.id);
        await confirmations.tell('session-changed', live.id, pods ?? []);
        return { jsonrpc: '2.0', id: request.id, result: {} };
      } catch (error) {
        log.warn({ method: request.method, err: error }, 'a session could not be changed');
        return failure(request, error);
      }
    };
  };

  const setLevel = changing((session, request) => store.sessions.setLogLevel(session, levelOf(request)));
  const subscribe = changing((session, request) => store.sessions.subscribe(session, uriOf(request)));
  const unsubscribe = changing((session, request) => store.sessions.unsubscribe(session, uriOf(request)));

  return {
    find(method, { capabilities }) {
      const subscribable = (capabilities['resources'] as { subscribe?: unknown } | undefined)?.subscribe === true;
      if (method === 'logging/setLevel' && capabilities['logging'] !== undefined) return setLevel;
      if (method === 'resources/subscribe' && subscribable) return subscribe;
      if (method === 'resources/unsubscribe' && subscribable) return unsubscribe;
      return undefined;
    },
  };
}
