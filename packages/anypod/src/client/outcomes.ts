import type { JsonRpcError, JsonRpcResponse, RequestId } from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';

/** What happened to a call that got no answer. */
export type Loss = 'session_lost' | 'connection_lost';

/** The answer to a call that got none. It may not be sent again, since it may have run. */
export function lostCall(id: RequestId, loss: Loss): JsonRpcResponse {
  const rest = 'and the call is not declared as safe to repeat. Whether it took effect is unknown.';
  if (loss === 'session_lost') {
    const data = { reason: 'session_lost', retry: false };
    return rpcError(id, RPC.internal, `The session ended while the call ran, ${rest}`, data);
  }
  const data = { reason: 'connection_lost', retry: false };
  return rpcError(id, RPC.internal, `The connection broke before the answer came, ${rest}`, data);
}

/** Whether the call is over with this response: it has a result, or must not be sent again. A question to the client is none. */
export function isFinal({ result, error }: JsonRpcResponse): boolean {
  const lost = (error?.data as { readonly retry?: boolean } | undefined)?.retry === false;
  return result === undefined ? lost : result['resultType'] !== 'input_required';
}

/** The answer of an endpoint that refuses the request by its status. */
export async function refusedCall(id: RequestId, answer: Response): Promise<JsonRpcResponse> {
  const text = await answer.text().catch(() => '');
  const error = errorIn(text) ?? { code: RPC.internal, message: `The endpoint answered HTTP ${answer.status}.` };
  return { jsonrpc: '2.0', id, error };
}

function errorIn(text: string): JsonRpcError | undefined {
  try {
    return (JSON.parse(text) as JsonRpcResponse).error;
  } catch {
    return undefined;
  }
}
