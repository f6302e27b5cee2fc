import type { Answer } from '../check/request.ts';
import type { StreamEvent } from '../check/sse.ts';
import { CALL_ID, type Called, sendCall, type ToolCall } from './call.ts';
import { type Finding, fault, unknown, warning, well } from './finding.ts';
import type { Visit } from './visit.ts';

const REMEDY = 'Give the server an event store that its replicas share: a lost connection loses the result.';
/** How often a stream that ends early is resumed. */
const RESUMES = 5;

/** Calls the tool again, cuts the stream after its first message, and reads the rest over other connections: each event once, and the result. */
export async function probeResumedCall(visit: Visit, call: ToolCall, before: Called): Promise<Finding> {
  if (visit.era === 'modern') return unknown('2026-07-28 has no streams that can be resumed');
  if (!before.isStream) return unknown('the call was answered by JSON', 'Name a tool that takes seconds.');
  if (before.ids.length === 0) return warning('the stream of the call has no event ids', REMEDY);
  const seen = { ids: [] as string[], steps: [] as unknown[], done: false };
  await read(await sendCall(visit, call), seen, 1);
  for (let resume = 0; resume < RESUMES && !seen.done; resume += 1) {
    const answer = await visit.listen({ 'last-event-id': seen.ids.at(-1) ?? '' });
    if (answer.status !== 200) {
      answer.cut();
      return fault(`a new connection with Last-Event-ID was answered by ${answer.status}`, REMEDY);
    }
    await read(answer, seen, Number.POSITIVE_INFINITY);
  }
  const evidence = `cut after one message; ${seen.steps.length - 1} more on another connection`;
  if (!seen.done) return fault(`${evidence}, and no result`, REMEDY);
  const isOnce = new Set(seen.steps).size === seen.steps.length;
  return isOnce ? well(`${evidence}, each once, with the result`) : fault(`${evidence}, some twice`, REMEDY);
}

interface Seen {
  readonly ids: string[];
  readonly steps: unknown[];
  done: boolean;
}

/** Reads up to `limit` messages. A connection that the other side cuts only ends the stream. */
async function read(answer: Answer, seen: Seen, limit: number): Promise<void> {
  try {
    await readMessages(answer, seen, limit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  }
}

async function readMessages(answer: Answer, seen: Seen, limit: number): Promise<void> {
  let messages = 0;
  for await (const event of answer.events()) {
    if (event.id !== undefined) seen.ids.push(event.id);
    if (event.data === '') continue;
    seen.steps.push(event.data);
    seen.done ||= isResult(event);
    messages += 1;
    if (messages === limit || seen.done) break;
  }
  answer.cut();
}

function isResult({ data }: StreamEvent): boolean {
  const message = JSON.parse(data) as { id?: unknown; method?: string };
  return message.id === CALL_ID && message.method === undefined;
}
