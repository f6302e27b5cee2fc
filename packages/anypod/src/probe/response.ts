import type { JsonRpcResponse } from '../core/json/json-rpc.ts';
import { IS_ENDPOINT, LOOK_AT_LOG, ProbeFailure, refused } from './failure.ts';
import type { Answer } from './request.ts';
import type { Target } from './target.ts';

/** The result in an answer, which is JSON or a stream. Throws `ProbeFailure` for anything else. */
export async function resultOf(target: Target, answer: Answer, inSession: boolean): Promise<Record<string, unknown>> {
  if (answer.status !== 200) throw refused(target, answer.status, await answer.text(), inSession);
  return resultIn(target, await responseIn(target, answer));
}

/** The result of a response. Throws `ProbeFailure` for an error. */
export function resultIn({ label }: Target, { result, error }: JsonRpcResponse): Record<string, unknown> {
  if (result !== undefined) return result;
  throw new ProbeFailure(`${label} answered with error ${error?.code}: ${error?.message}.`, LOOK_AT_LOG);
}

/** The response in an answer: its JSON, or the one message of a stream that has no method. */
export async function responseIn(target: Target, answer: Answer): Promise<JsonRpcResponse> {
  if (!answer.isStream) return parseResponse(target, await answer.text());
  for await (const { data } of answer.events()) {
    if (data !== '' && !('method' in parseResponse(target, data))) return parseResponse(target, data);
  }
  throw new ProbeFailure(`The stream of ${target.label} ended without a response.`, LOOK_AT_LOG);
}

/** Throws `ProbeFailure` if something other than MCP answers. */
export function parseResponse({ label }: Target, text: string): JsonRpcResponse {
  try {
    const parsed = JSON.parse(text) as JsonRpcResponse | null;
    if (typeof parsed === 'object' && parsed !== null) return parsed;
    throw new Error('no object');
  } catch {
    const said = text.trim().slice(0, 200);
    throw new ProbeFailure(`${label} did not answer with JSON: ${said}.`, IS_ENDPOINT);
  }
}
