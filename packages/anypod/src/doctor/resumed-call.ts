import { isRequest } from '../core/json/json-rpc.ts';
import { countTwice, type ResumedCall, resumeCall } from '../probe/resumed-call.ts';
import { CALL_ID, type Called, decline, sendCall, type ToolCall } from './call.ts';
import { type Finding, fault, unknown, warning, well } from './finding.ts';
import type { Visit } from './visit.ts';

const REMEDY = 'Give the server an event store that its replicas share: a lost connection loses the result.';
const LOST =
  'Keep all events of a stream, and replay those after Last-Event-ID. If the tool does not send as many messages each time, name one that does.';
const DOUBLED = 'Replay only the events after Last-Event-ID, with the ids that they had.';
/** How often a stream that ends early is resumed. */
const RESUMES = 5;

/** Calls the tool again, cuts the stream after its first message, and reads the rest over other connections: each event once, and the result. */
export async function probeResumedCall(visit: Visit, call: ToolCall, before: Called): Promise<Finding> {
  if (visit.era === 'modern') return unknown('2026-07-28 has no streams that can be resumed');
  if (before.status !== 200) return unknown(`there was no stream, but ${before.status}`);
  if (!before.isStream) return unknown('the call was answered by JSON', 'Name a tool that takes seconds.');
  if (before.ids.length === 0) return warning('the stream of the call has no event ids', REMEDY);
  const resumed = await resumeCall(await sendCall(visit, call), {
    target: visit.target,
    id: CALL_ID,
    isCut: ({ data }) => data !== '',
    listen: (id) => visit.listen({ 'last-event-id': id }),
    resumes: RESUMES,
    // If nobody answers, the call has no result.
    onMessage: async (message) => (isRequest(message) ? decline(visit, message) : undefined),
  });
  return judgeResumed(resumed, before.arrivals.length);
}

/** Two messages may be equal, so their ids tell whether one came twice, and the call before tells how many there are. */
function judgeResumed(resumed: ResumedCall, before: number): Finding {
  const { messages, after, response, refused } = resumed;
  if (refused !== undefined) {
    return fault(`a new connection with Last-Event-ID was answered by ${refused}`, REMEDY);
  }
  const evidence = `cut after one message; ${after} more on another connection`;
  if (response === undefined) return fault(`${evidence}, and no result`, REMEDY);
  const twice = countTwice(resumed);
  if (twice > 0) return fault(`${evidence}, ${twice} twice`, DOUBLED);
  if (messages.length < before) {
    return fault(`${evidence}, so ${messages.length} of ${before} messages of the call before came`, LOST);
  }
  const equal = messages.length - new Set(messages.map(({ data }) => data)).size;
  if (messages.length > before && equal > 0) {
    const counts = `${messages.length} messages, ${equal} of them equal, and ${before} the time before`;
    return fault(`${evidence}: ${counts}`, DOUBLED);
  }
  return well(`${evidence}, each once, with the result`);
}
