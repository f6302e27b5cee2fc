import type { Caller } from '../../core/caller.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { RequestWatch } from '../../core/meter.ts';
import { ScopeChallenge } from '../../core/scope-challenge.ts';
import { protocolOf } from '../internals/protocol.ts';
import { closeQuietly } from '../sdk/build-server.ts';
import { type ChallengeResolver, resolveChallenge } from '../sdk/scope-challenges.ts';
import type { ModernExchange } from './modern-exchange.ts';
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
export function serveDirectly(call: DirectCall, watch: RequestWatch): Promise<Response> {
  const { server, body, caller, view } = call;
  const { authInfo } = caller;
  const { resolveScopeChallenge } = server.server as { readonly resolveScopeChallenge?: ChallengeResolver };
  const extra = authInfo === undefined ? { request: view } : { request: view, authInfo };
  try {
    if (protocolOf(server.server).transport !== undefined)
      throw new Error(
        'The factory returned a server that still serves another request. Return a new server each time.',
      );
    const challenge = resolveChallenge(resolveScopeChallenge, body, authInfo);
    const connected = challenge === undefined ? server.connect(true) : connectUnlessAsked(challenge, server);
    if (!(connected instanceof Promise)) return connected.serve(body, extra);
    return connected.then((exchange) => exchange.serve(body, extra)).catch((error) => fail(call, error, watch));
  } catch (error) {
    return fail(call, error, watch);
  }
}

async function connectUnlessAsked(
  challenge: Promise<ScopeChallenge | undefined>,
  server: ModernServer,
): Promise<ModernExchange> {
  const asked = await challenge;
  if (asked !== undefined) throw asked;
  return server.connect(true);
}

async function fail({ server, body }: DirectCall, error: unknown, watch: RequestWatch): Promise<Response> {
  await closeQuietly(server.server);
  if (error instanceof ScopeChallenge) throw error;
  watch.failed(error);
  return Response.json(rpcError(body.id, RPC.internal, 'Internal server error'), { status: 500 });
}
