import { randomUUID } from 'node:crypto';
import type { JsonRpcRequest } from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';
import { VERSION_META_KEY } from '../core/session/protocol-version.ts';
import { type ClientCall, type ClientContext, jsonResponse } from './context.ts';
import type { Steps } from './steps.ts';
import { withTaskExtension } from './tasks.ts';

/** The member of a call's `_meta` that names it. It stays with the client. */
const STEP = 'anypod/step';
const GUARD_KEY = 'anypod/idempotencyKey';

/** The call as it goes to the server: with what makes it resumable, and without what concerns the client only. */
export async function prepareCall(
  { tasks }: ClientContext,
  steps: Steps,
  sent: Pick<ClientCall, 'request' | 'init' | 'headers' | 'onEnd'>,
): Promise<ClientCall | Response> {
  const { request } = sent;
  const { [STEP]: name, ...meta } = (request.params?.['_meta'] ?? {}) as Record<string, unknown>;
  const modern = typeof meta[VERSION_META_KEY] === 'string';
  if (request.method !== 'tools/call') return { ...sent, modern, tasks: false, step: steps.none };
  const { name: tool, arguments: args } = request.params ?? {};
  const step = typeof name === 'string' ? await steps.begin(name, { tool, args }) : steps.none;
  if (step === 'running') return refusal(request, `The step ${name} is running. Give each call a name of its own.`);
  if (step === 'other')
    return refusal(request, `The step ${name} had other arguments. Give each call a name of its own.`);
  if (!modern) {
    // A stream that begins at once gives the call a position before anything happens.
    const asked = step === steps.none ? meta : { ...meta, 'anypod/resumable': true };
    return { ...sent, request: withMeta(request, asked), modern, tasks: false, step };
  }
  const declared = tasks === 'off' ? undefined : withTaskExtension(meta);
  // With a key, a server that guards its tool runs the call once. It is random, since names of steps may be guessed.
  const guardKey = step.saved?.guardKey ?? randomUUID();
  const keyed = { [GUARD_KEY]: guardKey, ...(declared ?? meta) };
  return { ...sent, request: withMeta(request, keyed), modern, tasks: declared !== undefined, step, guardKey };
}

function withMeta({ params, ...request }: JsonRpcRequest, meta: Record<string, unknown>): JsonRpcRequest {
  const { _meta, ...others } = params ?? {};
  const empty = _meta === undefined && Object.keys(meta).length === 0;
  return { ...request, params: empty ? others : { ...others, _meta: meta } };
}

function refusal({ id }: JsonRpcRequest, message: string): Response {
  return jsonResponse(rpcError(id, RPC.invalidParams, message));
}
