import type { JsonRpcResponse } from '../../core/json-rpc.ts';
import { RPC } from '../../core/rpc-error.ts';

/** As much of an issue of zod as is told. */
interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What the SDKs put before the issues, or nothing. */
const DUMP = /^(?<lead>[^[]*)(?<issues>\[\s*\{.*\])\s*$/s;

/**
 * The response with its error in a sentence, where the SDK refused a request by its schemas: it answers with all issues of zod as JSON, v1 and in part v2
 * under the code of an internal error. Any other response is left as it is, and so are issues of what is not the request's params.
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
    const issues = JSON.parse(text) as readonly Issue[];
    return issues.every(({ path, message }) => path[0] === 'params' && typeof message === 'string')
      ? issues
      : undefined;
  } catch {
    return undefined;
  }
}

function pathOf(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
