import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC } from '../../core/json/rpc-error.ts';

/** The parts of a zod issue that the client is told. */
interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** An error message of the SDKs: an optional text, then the issues as JSON. */
const DUMP = /^(?<lead>[^[]*)(?<issues>\[\s*\{.*\])\s*$/s;

/**
 * The response with a readable error, if the SDK's schemas refused the request. The SDK then answers with all issues of zod as JSON; v1 and in part v2
 * use the code of an internal error. Other responses stay unchanged, and so do issues that do not concern the request's params.
 */
export function withReadableError(response: JsonRpcResponse): JsonRpcResponse {
  const { error } = response;
  if (error === undefined || (error.code !== RPC.internal && error.code !== RPC.invalidParams)) return response;
  const found = DUMP.exec(error.message)?.groups;
  const issues = found === undefined ? undefined : readIssues(found['issues'] ?? '');
  const [first] = issues ?? [];
  if (first === undefined) return response;
  const message = `${pathOf(first.path)} is wrong: ${first.message.replace(/^Invalid input: /, '')}.`;
  return { ...response, error: { code: RPC.invalidParams, message } };
}

function readIssues(text: string): readonly Issue[] | undefined {
  try {
    const issues = JSON.parse(text) as readonly Partial<Issue>[];
    return issues.every(({ path, message }) => path?.[0] === 'params' && typeof message === 'string')
      ? (issues as readonly Issue[])
      : undefined;
  } catch {
    return undefined;
  }
}

function pathOf(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
