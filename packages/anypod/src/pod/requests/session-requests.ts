import { AnypodError } from '../../core/errors.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import { isLogLevel } from '../../core/log-level.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { PodContext } from '../context/context.ts';
import type { Confirmations } from '../peers/confirmations.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import { type SessionCache, sessionNotFound } from '../sessions/session-cache.ts';
import type { ToldServer } from '../sessions/told-server.ts';

/**
 * A request that changes a session. If the user's server has its own handler, the pod asks it first, and it may refuse. If it accepts, the pod records
 * the change for all pods.
 */
export interface SessionRequest {
  /** Returns an error for a malformed request. Undefined: the request may go to the server. */
  refuse(request: JsonRpcRequest): JsonRpcResponse | undefined;
  /** Records the change of `request`, to which the server has answered `response`. Returns the response for the client. Never rejects. */
  record(live: LiveSession, request: JsonRpcRequest, response: JsonRpcResponse): Promise<JsonRpcResponse>;
}

/**
 * The requests that change a session on every pod: `logging/setLevel` and `resources/subscribe|unsubscribe`. They are answered when every pod that
 * holds the session knows the change.
 */
export interface SessionRequests {
  /** Undefined: only the user's server handles the request. It also refuses methods that it has not declared. */
  find(method: string, server: HostedServer): SessionRequest | undefined;
}

interface Kind {
  /** Throws `InvalidParams`. */
  readonly readValue: (request: JsonRpcRequest) => string;
  readonly store: (session: string, value: string) => Promise<readonly string[] | undefined>;
  /** Notes what the server on this pod has been told; see `ToldServer`. */
  readonly note: (told: ToldServer, value: string) => () => void;
}

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
  { store: { sessions: stored }, log, meter }: PodContext,
  sessions: SessionCache,
  confirmations: Confirmations,
): SessionRequests {
  function noteFailure({ method }: JsonRpcRequest, err: unknown): void {
    if (err instanceof AnypodError && err.code === 'subscription_limit') meter.limited('subscription_limit');
    else log.warn({ method, err }, 'a session could not be changed');
  }

  const changing = ({ readValue, store, note }: Kind): SessionRequest => ({
    refuse(request) {
      try {
        readValue(request);
        return undefined;
      } catch (error) {
        return failure(request, error);
      }
    },
    async record(live, request, response) {
      if (response.error !== undefined) return response;
      const value = readValue(request);
      const recorded = live.told && note(live.told, value);
      try {
        const pods = await store(live.id, value);
        await sessions.changed(live.id);
        await confirmations.tell('session-changed', live.id, pods ?? []);
        return pods === undefined ? sessionNotFound(request.id) : response;
      } catch (error) {
        noteFailure(request, error);
        return failure(request, error);
      } finally {
        recorded?.();
        // If the change was not recorded, this tells the server the previous value again.
        await live.told?.align(live.session);
      }
    },
  });

  const setLevel = changing({
    readValue: levelOf,
    store: stored.setLogLevel,
    note: (told, level) => told.levelSet(level),
  });
  const subscribe = changing({
    readValue: uriOf,
    store: stored.subscribe,
    note: (told, uri) => told.subscriptionSet(uri, true),
  });
  const unsubscribe = changing({
    readValue: uriOf,
    store: stored.unsubscribe,
    note: (told, uri) => told.subscriptionSet(uri, false),
  });

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
