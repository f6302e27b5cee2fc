import type { Caller } from '../../core/caller.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { RequestWatch } from '../../core/meter.ts';
import { ScopeChallenge } from '../../core/scope-challenge.ts';
import { protocolOf } from '../internals/protocol.ts';
import { closeQuietly } from '../sdk/build-server.ts';
import { type ChallengeResolver, resolveChallenge } from '../sdk/scope-challenges.ts';
import type { ModernServer } from './modern-server.ts';

/** A call that goes to its server without the SDK's own handler, because that would accept it (`isPlainCall`). */
export interface DirectCall {
  /** Lent for this call, with the exchange that answers it. */
  readonly server: ModernServer;
  readonly body: JsonRpcRequest;
  readonly caller: Caller;
  /** The HTTP request, for handlers. */
  readonly view: Request;
}

/**
 * Does what the SDK's own handler does with a request that it accepts. Resolves when the round has ended, with a 500 if the server did not get the
 * request, and otherwise `SERVED`. Rejects with the `ScopeChallenge` of what the request names.
 */
export async function serveDirectly(call: DirectCall, watch: RequestWatch): Promise<Response> {
  const { server, body, caller, view } = call;
  const { authInfo } = caller;
  const { resolveScopeChallenge } = server.server as { readonly resolveScopeChallenge?: ChallengeResolver };
  try {
    if (protocolOf(server.server).transport !== undefined)
      throw new Error(
        'The factory returned a server that still serves another request. Return a new server each time.',
      );
    const challenge = resolveChallenge(resolveScopeChallenge, body, authInfo);
    if (challenge !== undefined) await refuseIfAsked(challenge);
    const connected = server.connect(true);
    const exchange = connected instanceof Promise ? await connected : connected;
    return await exchange.serve(body, authInfo === undefined ? { request: view } : { request: view, authInfo });
  } catch (error) {
    await closeQuietly(server.server);
    if (error instanceof ScopeChallenge) throw error;
    watch.failed(error);
    return Response.json(rpcError(body.id, RPC.internal, 'Internal server error'), { status: 500 });
  }
}

async function refuseIfAsked(challenge: Promise<ScopeChallenge | undefined>): Promise<void> {
  const asked = await challenge;
  if (asked !== undefined) throw asked;
}
