import { randomUUID } from 'node:crypto';
import type { JsonRpcRequest, JsonRpcResponse } from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';
import { type ClientCall, type ClientContext, headersNow, reading } from './context.ts';
import { ASKS } from './endpoint.ts';
import { responseIn } from './events.ts';

/** Members of a call's `_meta` that concern this call only. */
const OF_THE_CALL = ['progressToken', 'anypod/idempotencyKey'];

/** A request beside a call, of the same era and with the same credentials. It must be safe to repeat. Rejects if there is no answer. */
export async function sendBeside(
  context: ClientContext,
  call: ClientCall,
  method: string,
  params: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<{ readonly id: string; readonly answer: Response }> {
  const id = `anypod-beside-${randomUUID()}`;
  const meta = { ...(call.request.params?.['_meta'] as Record<string, unknown> | undefined) };
  for (const name of OF_THE_CALL) delete meta[name];
  const request: JsonRpcRequest = {
    jsonrpc: '2.0',
    id,
    method,
    params: call.modern ? { ...params, _meta: meta } : params,
  };
  const headers = headersNow(context, call.headers);
  if (call.modern) {
    for (const name of [...headers.keys()])
      if (name.startsWith('mcp-param-') || name === 'mcp-name') headers.delete(name);
    headers.set('mcp-method', method);
    if (typeof params['taskId'] === 'string') headers.set('mcp-name', params['taskId']);
  }
  const init = { ...call.init, ...(signal && { signal }), method: 'POST', headers, body: JSON.stringify(request) };
  return { id, answer: await context.endpoint.send(init, ASKS) };
}

/** Asks beside a call, and returns the response. */
export async function askBeside(...args: Parameters<typeof sendBeside>): Promise<JsonRpcResponse> {
  const { id, answer } = await sendBeside(...args);
  const response = await responseIn(answer, id, reading(args[0], true));
  return response ?? rpcError(id, RPC.internal, `The endpoint did not answer ${args[2]}: HTTP ${answer.status}.`);
}
