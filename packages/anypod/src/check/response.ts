import type { JsonRpcResponse } from '../core/json/json-rpc.ts';
import { CheckFailure, refused } from './failure.ts';
import type { Answer } from './request.ts';
import type { Target } from './target.ts';

/** The result in an answer, which is JSON or a stream. Throws `CheckFailure` for anything else. */
export async function resultOf(target: Target, answer: Answer, inSession: boolean): Promise<Record<string, unknown>> {
  if (answer.status !== 200) throw refused(target, answer.status, await answer.text(), inSession);
  return resultIn(target, await responseIn(target, answer));
}

/** The result of a response. Throws `CheckFailure` for an error. */
export function resultIn({ label }: Target, { result, error }: JsonRpcResponse): Record<string, unknown> {
  if (result !== undefined) return result;
  throw new CheckFailure(`${label} answered with error ${error?.code}: ${error?.message}. Look at the log of the pod.`);
}

/** The response in an answer: its JSON, or the one message of a stream that has no method. */
export async function responseIn(target: Target, answer: Answer): Promise<JsonRpcResponse> {
  if (!answer.isStream) return parseResponse(target, await answer.text());
  for await (const { data } of answer.events()) {
    if (data !== '' && !('method' in parseResponse(target, data))) return parseResponse(target, data);
  }
  throw new CheckFailure(`The stream of ${target.label} ended without a response. Look at the log of the pod.`);
}

/** Throws `CheckFailure` if something other than MCP answers. */
export function parseResponse({ label }: Target, text: string): JsonRpcResponse {
  try {
    const parsed = JSON.parse(text) as JsonRpcResponse | null;
    if (typeof parsed === 'object' && parsed !== null) return parsed;
    throw new Error('no object');
  } catch {
    const said = text.trim().slice(0, 200);
    throw new CheckFailure(`${label} did not answer with JSON: ${said}. Check that the URL is an MCP endpoint.`);
  }
}
