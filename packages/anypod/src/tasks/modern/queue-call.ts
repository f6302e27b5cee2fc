import type { Caller } from '../../core/caller.ts';
import type { Departure } from '../../core/departure.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { WebReply } from '../../core/reply.ts';
import type { CallIdentity, ModernHandler } from '../../core/server-host.ts';
import { isOver } from '../../core/task/task.ts';
import type { TaskRule } from '../../core/task/task-rule.ts';
import { beginTask, newCall, type Repeats } from '../begin-task.ts';
import type { TaskContext } from '../engine/context.ts';
import { tooManyTasks } from '../limits.ts';
import { createdView } from './views.ts';

/** A `tools/call`, and where its answer goes. */
export interface ToolCall {
  readonly body: JsonRpcRequest;
  readonly caller: Caller;
  /** Aborts when the client disconnects. */
  readonly departure: Departure;
  readonly reply: WebReply;
  /** Where the request is in its trace. Undefined: nobody records it. */
  readonly trace: string | undefined;
}

interface QueueOptions {
  readonly context: TaskContext;
  readonly handler: ModernHandler;
}

/** Stores a call as a queued task, and answers with the task. A repeat gets the task of the call that it repeats. */
export async function queueCall({ context, handler }: QueueOptions, call: ToolCall, rule: TaskRule): Promise<void> {
  const { body, caller, departure, reply, trace } = call;
  const refuse = (error: JsonRpcResponse) => {
    reply.watch.answered(true);
    reply.json(200, JSON.stringify(error));
  };
  const identity = await handler.identityOf(body, caller, departure);
  if (typeof identity === 'string') return refuse(rpcError(body.id, RPC.invalidParams, identity));
  const stored = newCall(body.params ?? {}, caller, rule, trace);
  const begun =
    identity === undefined
      ? await beginTask(context, stored)
      : await beginTask(context, { ...stored, fingerprint: identity.fingerprint }, repeatsOf(identity));
  if (begun === undefined) return refuse(tooManyTasks(body.id, context));
  if (begun.call.fingerprint !== identity?.fingerprint) return refuse(otherArguments(body.id));
  reply.watch.answered(false);
  reply.json(200, answer(body, createdView(begun)));
}

/** A call repeats one that has not ended, or ended with an outcome within the window. */
function repeatsOf({ key, windowMs }: CallIdentity & { readonly windowMs: number }): Repeats {
  return {
    of: JSON.stringify(['call', key]),
    join: (first) => !isOver(first) || (first.phase === 'ended' && Date.now() - first.updatedAt < windowMs),
  };
}

function otherArguments(id: JsonRpcRequest['id']): JsonRpcResponse {
  const message = 'The _meta["anypod/idempotencyKey"] was used for a call with other arguments. Use a new one.';
  return rpcError(id, RPC.invalidParams, message, { reason: 'other_arguments' });
}

/** JSON of a response. */
export function answer({ id }: JsonRpcRequest, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
}
