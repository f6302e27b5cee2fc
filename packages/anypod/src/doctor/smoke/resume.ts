import { setTimeout as delay } from 'node:timers/promises';
import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { ProbeFailure } from '../../probe/failure.ts';
import type { Answer } from '../../probe/request.ts';
import { parseResponse } from '../../probe/response.ts';
import { countTwice, resumeCall } from '../../probe/resumed-call.ts';
import type { Target } from '../../probe/target.ts';
import { CALL_ID, type Session } from './session.ts';

const NO_EVENT = 'Check whether a proxy between client and pod buffers events.';

/** Reads the first event of a stream and cuts the connection. Throws `ProbeFailure` if the event has no id. */
async function firstEventId(target: Target, answer: Answer): Promise<string> {
  for await (const { id } of answer.events()) {
    if (id === undefined) continue;
    answer.cut();
    return id;
  }
  throw noEvent(target);
}

const noEvent = ({ label }: Target) =>
  new ProbeFailure(`The stream of ${label} ended before an event with an id.`, NO_EVENT);

/** Opens the session's standing stream on `first`, cuts it, and resumes it on `second`. */
export async function resumeStanding(
  session: Session,
  first: Target,
  second: Target,
  signal: AbortSignal,
): Promise<void> {
  const id = await firstEventId(first, await session.listen(first, undefined, signal));
  await firstEventId(second, await session.listen(second, id, signal));
}

/** How a tool call went. */
export interface CallOutcome {
  readonly response: JsonRpcResponse;
  /** How many events came after the cut. Undefined: the answer was plain JSON, or one event, so there was nothing to resume. */
  readonly resumedEvents?: number;
}

/** Calls a tool on `first`. If the call becomes a stream, cuts it after its first event and reads the rest from `second`, until `signal` aborts. */
export async function callAndResume(
  session: Session,
  call: { readonly tool: string; readonly arguments: object },
  [first, second]: readonly [Target, Target],
  signal: AbortSignal,
): Promise<CallOutcome> {
  const answer = await session.call(first, call.tool, call.arguments, signal);
  if (!answer.isStream) return { response: parseResponse(first, await answer.text()) };
  const resumed = await resumeCall(answer, {
    target: first,
    id: CALL_ID,
    isCut: ({ id }) => id !== undefined,
    listen: (id) => session.listen(second, id, signal),
    resumes: Number.POSITIVE_INFINITY,
    pause: (retryMs) => delay(retryMs, undefined, { signal }),
  });
  const { response, after } = resumed;
  if (response === undefined) throw noEvent(first);
  const twice = countTwice(resumed);
  if (twice === 0) return { response, ...(after === 0 ? {} : { resumedEvents: after }) };
  throw new ProbeFailure(`${second.label} sent ${twice} event(s) again.`, 'Look at the logs of the pods.');
}
