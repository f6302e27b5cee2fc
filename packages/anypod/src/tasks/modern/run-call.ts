import { departureOf } from '../../core/departure.ts';
import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { ModernHandler } from '../../core/server-host.ts';
import type { RequestState } from '../../core/state/request-state.ts';
import type { TaskContext } from '../engine/context.ts';
import type { RunTask } from '../engine/engine.ts';
import { outcomeOf } from '../engine/outcome.ts';
import type { TaskRun } from '../engine/task-run.ts';
import { callerOf } from '../owner.ts';
import { pauseOf, requestOf } from './rounds.ts';
import { runReply } from './run-reply.ts';

/** The headers of every POST that the SDK serves. */
export const FORM = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Ends a run with the response of its call, or pauses it if the response asks the client something. */
export async function settle(
  run: TaskRun,
  response: JsonRpcResponse,
  requestState: RequestState,
  { limits }: TaskContext,
): Promise<void> {
  const pause = pauseOf(response, run.number, run.call, requestState);
  if (pause === undefined) await run.end(outcomeOf(response, limits.resultBytes));
  else await run.pause(pause);
}

/** Runs tasks of 2026-07-28 with the handler that serves its requests. */
export function createCallRunner(context: TaskContext, handler: ModernHandler, requestState: RequestState): RunTask {
  return async (task, run) => {
    const { promise, resolve, reject } = Promise.withResolvers<JsonRpcResponse | undefined>();
    const from = callerOf(task.call);
    const caller = { ...from, headers: { ...from.headers, ...FORM } };
    const reply = runReply({ respond: resolve, report: (message) => run.report(message) });
    // An aborted run gets no response, and nothing waits for a handler that ignores its signal.
    run.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    handler
      .serve(
        requestOf(task, requestState),
        caller,
        departureOf(() => run.signal),
        reply,
      )
      .catch(reject);
    const response = await promise;
    if (response !== undefined) await settle(run, response, requestState, context);
  };
}
