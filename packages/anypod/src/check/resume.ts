import { setTimeout as delay } from 'node:timers/promises';
import type { JsonRpcResponse } from '../core/json-rpc.ts';
import { CheckFailure } from './failure.ts';
import type { Answer } from './request.ts';
import { parseResponse } from './response.ts';
import { CALL_ID, type Session } from './session.ts';
import type { StreamEvent } from './sse.ts';
import type { Target } from './target.ts';

const DEFAULT_RETRY_MS = 1000;
const NO_EVENT = 'Check whether a proxy between client and pod buffers events.';

/** Reads the first event of a stream and cuts the connection. Throws `CheckFailure` if the event has no id. */
async function firstEventId(target: Target, answer: Answer): Promise<string> {
  for await (const { id } of answer.events()) {
    if (id === undefined) continue;
    answer.cut();
    return id;
  }
  throw new CheckFailure(`The stream of ${target.label} ended before an event with an id. ${NO_EVENT}`);
}

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
  /** How many events came after the cut. Undefined: the answer was plain JSON, so there was nothing to resume. */
  readonly resumedEvents?: number;
}

/** Calls a tool on `first`. If the call becomes a stream, cuts it after its first event and reads the rest from `second`. */
export async function callAndResume(
  session: Session,
  call: { readonly tool: string; readonly arguments: object },
  [first, second]: readonly [Target, Target],
  signal: AbortSignal,
): Promise<CallOutcome> {
  const answer = await session.call(first, call.tool, call.arguments, signal);
  if (!answer.isStream) return { response: parseResponse(first, await answer.text()) };
  let lastEventId = await firstEventId(first, answer);
  let resumedEvents = 0;
  let retryMs = DEFAULT_RETRY_MS;
  for (;;) {
    const resumed = await session.listen(second, lastEventId, signal);
    for await (const event of resumed.events()) {
      lastEventId = event.id ?? lastEventId;
      retryMs = event.retry ?? retryMs;
      // A stream without events so far begins with an event that has only an id.
      if (event.data !== '') resumedEvents += 1;
      const response = responseTo(CALL_ID, second, event);
      if (response !== undefined) return { response, resumedEvents };
    }
    // A pod that drains ends the stream; any other pod continues it.
    await delay(retryMs, undefined, { signal });
  }
}

function responseTo(id: string, target: Target, { data }: StreamEvent): JsonRpcResponse | undefined {
  if (data === '') return undefined;
  const message = parseResponse(target, data);
  return message.id === id && !('method' in message) ? message : undefined;
}
