import { ENCODED, type JsonRpcResponse, type RequestId } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';

/** The most bytes of a response that is kept for repeats. */
const MAX_STORED_BYTES = 1024 * 1024;

/** Errors that mean that the call was not served, and that the client must change something first. A repeat is then a new attempt. */
const REFUSALS = new Set<number>([
  RPC.methodNotFound,
  RPC.invalidParams,
  RPC.unsupportedVersion,
  // HeaderMismatch, MissingRequiredClientCapability and UrlElicitationRequired of the SDK.
  -32020,
  -32021,
  -32042,
]);

/** What is kept of a response for repeats. Undefined: nothing is kept, and a repeat runs. */
export function storedForm(response: JsonRpcResponse, rerunnable: boolean): string | undefined {
  const { result, error } = response;
  if (result?.['resultType'] === 'input_required') return undefined;
  if (error !== undefined && REFUSALS.has(error.code)) return undefined;
  const text = contentOf(response);
  if (Buffer.byteLength(text) <= MAX_STORED_BYTES) return text;
  return rerunnable
    ? undefined
    : refusal('result_too_large', 'The call was served, and its result is too large to keep.');
}

/** JSON of a response without its id. */
function contentOf({ result, error, [ENCODED]: encoded }: JsonRpcResponse): string {
  if (encoded !== undefined) return `{${encoded}}`;
  return JSON.stringify(error === undefined ? { result } : { error });
}

/** The answer to repeats of a call whose pod was lost and that must not run again. */
export function lostForm(): string {
  return refusal(
    'pod_lost',
    'The pod that served this call was lost before it answered; whether it took effect is unknown.',
  );
}

function refusal(reason: string, message: string): string {
  const { error } = rpcError(null, RPC.internal, message, { reason, retry: false });
  return JSON.stringify({ error });
}

/** JSON of a stored response with a request's own id. */
export function underId(id: RequestId, stored: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${stored.slice(1)}`;
}
