import type { Answer } from '../check/request.ts';
import type { StreamEvent } from '../check/sse.ts';
import type { JsonRpcMessage } from '../core/json-rpc.ts';
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
  const seen: Seen = { lastId: '', messages: [], done: false };
  await read(visit, await sendCall(visit, call), seen, 1);
  for (let resume = 0; resume < RESUMES && !seen.done; resume += 1) {
    const answer = await visit.listen({ 'last-event-id': seen.lastId });
    if (answer.status !== 200) {
      answer.cut();
      return fault(`a new connection with Last-Event-ID was answered by ${answer.status}`, REMEDY);
    }
    await read(visit, answer, seen, Number.POSITIVE_INFINITY);
  }
  return judgeResumed(seen, before.arrivals.length);
}

/** Two messages may be equal, so their ids tell whether one came twice, and the call before tells how many there are. */
function judgeResumed({ messages, done }: Seen, before: number): Finding {
  const evidence = `cut after one message; ${messages.length - 1} more on another connection`;
  if (!done) return fault(`${evidence}, and no result`, REMEDY);
  const ids = messages.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const twice = ids.length - new Set(ids).size;
  if (twice > 0) return fault(`${evidence}, ${twice} twice`, DOUBLED);
  if (messages.length < before) {
    return fault(`${evidence}, so ${messages.length} of ${before} messages of the call before came`, LOST);
  }
  const equal = messages.length - new Set(messages.map(({ data }) => data)).size;
  if (messages.length > before && equal > 0) {
    return fault(
      `${evidence}: ${messages.length} messages, ${equal} of them equal, and ${before} the time before`,
      DOUBLED,
    );
  }
  return well(`${evidence}, each once, with the result`);
}

interface Seen {
  lastId: string;
  /** Events with a message. An event that only has an id may come again. */
  readonly messages: StreamEvent[];
  done: boolean;
}

/** Reads up to `limit` messages. A connection that the other side cuts only ends the stream. */
async function read(visit: Visit, answer: Answer, seen: Seen, limit: number): Promise<void> {
  try {
    await readMessages(visit, answer, seen, limit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  }
}

async function readMessages(visit: Visit, answer: Answer, seen: Seen, limit: number): Promise<void> {
  let messages = 0;
  for await (const event of answer.events()) {
    seen.lastId = event.id ?? seen.lastId;
    if (event.data === '') continue;
    seen.messages.push(event);
    messages += 1;
    const message = JSON.parse(event.data) as JsonRpcMessage;
    const isResponse = !('method' in message);
    seen.done ||= isResponse && message.id === CALL_ID;
    // If nobody answers, the call has no result.
    if ('method' in message && 'id' in message) await decline(visit, message);
    if (messages === limit || seen.done) break;
  }
  answer.cut();
}
