import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { missingCapability, RPC } from '../../core/json/rpc-error.ts';
import { capabilityFor, declares } from '../sdk/client-capabilities.ts';

/** The codes of older revisions for a resource that does not exist, and for a URL that the user must open first. */
const RESOURCE_NOT_FOUND = -32002;
const URL_ELICITATION_REQUIRED = -32042;

/** Fails a request with a JSON-RPC error. The SDK sends code, message and data as they are. */
class GuestError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor({ code, message, data }: { code: number; message: string; data?: unknown }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The result of a guest as 2026-07-28 says it. Throws the guest's error, as that revision says it. `declared` is what the client can do. */
export function inModernWords({ result, error }: JsonRpcResponse, request: JsonRpcRequest, declared: unknown): unknown {
  if (error === undefined) return unknownTool(request, result ?? {});
  if (error.code === URL_ELICITATION_REQUIRED) {
    const asked = urlQuestions(error.data, declared);
    if (asked !== undefined) return asked;
  }
  if (request.method === 'resources/read') throw new GuestError(resourceError(error, request));
  throw new GuestError(error);
}

/** SEP-2164: invalid params, with the URI. SDK v1 says so without the URI, and servers of their own say it with the old code. */
function resourceError(error: NonNullable<JsonRpcResponse['error']>, { params }: JsonRpcRequest) {
  const uri = params?.['uri'];
  const isMissing = error.code === RESOURCE_NOT_FOUND || error.message.endsWith(`Resource ${String(uri)} not found`);
  return isMissing ? { ...error, code: RPC.invalidParams, data: error.data ?? { uri } } : error;
}

/** A call of a tool that does not exist is an error of the protocol. SDK v1 answers it with the result of a tool that failed. */
function unknownTool({ method, params }: JsonRpcRequest, result: Record<string, unknown>): Record<string, unknown> {
  if (method !== 'tools/call' || result['isError'] !== true) return result;
  const [content] = (result['content'] ?? []) as { readonly text?: unknown }[];
  const message = `MCP error ${RPC.invalidParams}: Tool ${String(params?.['name'])} not found`;
  if (content?.text !== message) return result;
  throw new GuestError({ code: RPC.invalidParams, message });
}

/** The URLs that the user must open before the call, as questions. The client then calls again, as it does in the older revision. */
function urlQuestions(data: unknown, declared: unknown): object | undefined {
  const { elicitations } = (data ?? {}) as { readonly elicitations?: unknown };
  if (!Array.isArray(elicitations) || elicitations.length === 0) return undefined;
  const required = capabilityFor({ method: 'elicitation/create', params: { mode: 'url' } }) ?? {};
  if (!declares(declared, required)) throw new GuestError(missingCapability('open a URL', required));
  const questions = elicitations.map((one: { message?: unknown; url?: unknown }, index) => {
    const params = { mode: 'url', message: one.message, url: one.url };
    return [`url-${index + 1}`, { method: 'elicitation/create', params }] as const;
  });
  return { resultType: 'input_required', inputRequests: Object.fromEntries(questions) };
}
