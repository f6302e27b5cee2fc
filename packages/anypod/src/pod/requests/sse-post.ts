import type { Caller } from '../../core/caller.ts';
import {
  encodeResponse,
  isRequest,
  type JsonRpcMessage,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json/json-rpc.ts';
import { metaFault } from '../../core/json/meta.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { Reply } from '../../core/reply.ts';
import { LEGACY_VERSIONS } from '../../core/session/protocol-version.ts';
import { type InitializeParams, initializeFault, isInitialized } from '../../core/session/session.ts';
import type { PodContext } from '../context/context.ts';
import type { Confirmations } from '../peers/confirmations.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import { type SessionCache, sessionNotFound } from '../sessions/session-cache.ts';
import { createStandingReply } from '../streams/standing-reply.ts';
import type { PostHandler } from './post-handler.ts';

/** The revision of a client that names none: the only one that has nothing but HTTP+SSE. */
const SSE_VERSION = '2024-11-05';

/**
 * Serves messages that a client of HTTP+SSE (2024-11-05) posts, on any pod. `reply` only acknowledges, with 202: the answers go to the session's stream.
 * It does so when another pod could finish the requests if this one died: each is answered, or runs with a log. `live` must be in use.
 */
export type PostSse = (
  live: LiveSession,
  messages: readonly JsonRpcMessage[],
  batch: boolean,
  caller: Caller,
  reply: Reply,
) => Promise<void>;

export interface SsePostParts {
  readonly posts: PostHandler;
  readonly sessions: SessionCache;
  readonly confirmations: Confirmations;
}

export function createPostSse(context: PodContext, { posts, sessions, confirmations }: SsePostParts): PostSse {
  const { store, host, meter } = context;

  /** Asks the server and initializes the session on all pods, unless the server refuses. Returns the answer for the client. */
  async function initialize(live: LiveSession, request: JsonRpcRequest, caller: Caller): Promise<JsonRpcResponse> {
    const params = (request.params ?? {}) as InitializeParams;
    const fault = initializeFault(params) ?? metaFault(request);
    if (fault !== undefined) return rpcError(request.id, RPC.invalidParams, fault);
    const { record } = live.session;
    const { server, response } = await host.initialize(live.id, params, live.outlet, caller, live.kept);
    const answer = { ...response, id: request.id };
    const protocolVersion = String(response.result?.['protocolVersion']);
    const after = { ...record, protocolVersion, initialize: params };
    const pods = response.error === undefined && (await store.sessions.initialized(record, after));
    if (pods === undefined || pods === false) {
      await server.close();
      if (response.error !== undefined) return answer;
      return pods === false ? initializedAlready(request.id) : sessionNotFound(request.id);
    }
    live.adopt(server);
    await sessions.changed(live.id);
    await confirmations.tell('session-changed', live.id, pods);
    meter.sessionCreated();
    return answer;
  }

  /**
   * Initializes a session whose client does not. The official clients reconnect without the last event id, get a new session, and go on as if nothing
   * had happened. The SDK's own server answers them too. It knows nothing of the client's capabilities then, so it asks no questions.
   */
  async function initializeSilently(live: LiveSession, caller: Caller): Promise<void> {
    const named = caller.headers['mcp-protocol-version'];
    const protocolVersion = LEGACY_VERSIONS.find((version) => version === named) ?? SSE_VERSION;
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'unknown', version: '0' } };
    await initialize(live, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, caller);
    // Another message of the client may have been first, on any pod.
    if (!isInitialized(live.session.record)) await live.refresh();
  }

  async function run(
    live: LiveSession,
    messages: readonly JsonRpcMessage[],
    batch: boolean,
    caller: Caller,
    reply: Reply,
  ): Promise<void> {
    const standing = createStandingReply(context, (data) => live.stand(data), reply.watch);
    const exchange = await posts.post(live, messages, batch, caller, standing);
    const refused = await standing.begun;
    if (refused !== undefined) return reply.json(refused.status, refused.body);
    await exchange?.stored();
    reply.empty(202);
  }

  return async (live, messages, batch, caller, reply) => {
    const [first] = messages;
    const begins = first !== undefined && isRequest(first) && first.method === 'initialize' ? first : undefined;
    const initialized = isInitialized(live.session.record);
    if (begins === undefined) {
      if (!initialized) await initializeSilently(live, caller);
      await run(live, messages, batch, caller, reply);
    } else if (initialized) {
      reply.json(400, JSON.stringify(initializedAlready(begins.id)));
    } else {
      await live.stand(encodeResponse(await initialize(live, begins, caller)));
      reply.empty(202);
    }
  };
}

function initializedAlready(id: RequestId): JsonRpcResponse {
  return rpcError(id, RPC.refused, 'This session is initialized already. Open a new stream for a new session.');
}
