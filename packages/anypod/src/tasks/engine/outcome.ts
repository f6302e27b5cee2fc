import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC } from '../../core/json/rpc-error.ts';
import type { TaskOutcome } from '../../core/task/task.ts';

/** The outcome of a call that ended with `response`. A result that is larger than `most` bytes becomes an error that says so. */
export function outcomeOf({ result, error }: JsonRpcResponse, most: number): TaskOutcome {
  const outcome = error === undefined ? ofResult(result ?? {}) : ofError(error);
  const bytes = Buffer.byteLength(outcome.json);
  if (bytes <= most) return outcome;
  return failure(
    `The result has ${bytes} bytes, and a task may keep ${most}. Return less, or a link to it.`,
    'result_too_large',
  );
}

/** The outcome of a call that has no response of its own. */
export function failure(message: string, reason: string): TaskOutcome {
  return ofError({ code: RPC.internal, message, data: { reason } });
}

/** The result as 2026-07-28 has it, with its type. */
function ofResult(result: Readonly<Record<string, unknown>>): TaskOutcome {
  const kind = result['isError'] === true ? 'tool_error' : 'result';
  return { kind, json: JSON.stringify({ ...result, resultType: 'complete' }) };
}

function ofError(error: NonNullable<JsonRpcResponse['error']>): TaskOutcome {
  return { kind: 'error', json: JSON.stringify(error) };
}
