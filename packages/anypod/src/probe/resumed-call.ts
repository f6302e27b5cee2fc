import type { JsonRpcMessage, JsonRpcResponse } from '../core/json/json-rpc.ts';
import type { Answer } from './request.ts';
import { parseResponse } from './response.ts';
import type { StreamEvent } from './sse.ts';
import type { Target } from './target.ts';

const DEFAULT_RETRY_MS = 1000;

/** A call whose stream is cut, and how to get the rest of it. */
export interface ResumableCall {
  readonly target: Target;
  /** The id of its request. */
  readonly id: string;
  /** Whether the stream is cut after this event. */
  isCut(event: StreamEvent): boolean;
  /** Opens the stream after an event. */
  listen(lastEventId: string): Promise<Answer>;
  /** How often a stream that ends early is resumed. */
  readonly resumes: number;
  /** Waits before that. Absent: it is resumed at once. */
  pause?(retryMs: number): Promise<unknown>;
  /** Takes a message of the server. */
  onMessage?(message: JsonRpcMessage): Promise<unknown>;
}

/** What came of such a call. */
export interface ResumedCall {
  /** Events with a message, before the cut and after it. An event that only has an id may come again. */
  readonly messages: readonly StreamEvent[];
  /** How many of them came after the cut. */
  readonly after: number;
  /** Absent: the call has no response. */
  readonly response?: JsonRpcResponse;
  /** The status with which a new connection was refused. */
  readonly refused?: number;
}

interface Seen {
  readonly messages: StreamEvent[];
  lastId: string | undefined;
  retryMs: number;
  response?: JsonRpcResponse;
}

/** Reads the stream of a call, cuts it, and reads the rest over other connections. A connection that the other side cuts only ends the stream. Throws `ProbeFailure` for what is no message. */
export async function resumeCall(answer: Answer, call: ResumableCall): Promise<ResumedCall> {
  const seen: Seen = { messages: [], lastId: undefined, retryMs: DEFAULT_RETRY_MS };
  await read(answer, call, seen, call.isCut);
  const before = seen.messages.length;
  const told = () => ({
    messages: seen.messages,
    after: seen.messages.length - before,
    ...(seen.response === undefined ? {} : { response: seen.response }),
  });
  for (let resume = 0; resume < call.resumes && seen.response === undefined && seen.lastId !== undefined; resume += 1) {
    // A pod that drains ends the stream; any other pod continues it.
    if (resume > 0) await call.pause?.(seen.retryMs);
    const next = await call.listen(seen.lastId);
    if (next.status !== 200) {
      next.cut();
      return { ...told(), refused: next.status };
    }
    await read(next, call, seen, () => false);
  }
  return told();
}

/** How many messages came twice. Two messages may be equal, so their event ids tell. */
export function countTwice({ messages }: ResumedCall): number {
  const ids = messages.flatMap(({ id }) => (id === undefined ? [] : [id]));
  return ids.length - new Set(ids).size;
}

async function read(answer: Answer, call: ResumableCall, seen: Seen, isCut: ResumableCall['isCut']): Promise<void> {
  try {
    for await (const event of answer.events()) {
      await take(event, call, seen);
      if (seen.response !== undefined || isCut(event)) break;
    }
    answer.cut();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  }
}

async function take(event: StreamEvent, call: ResumableCall, seen: Seen): Promise<void> {
  seen.lastId = event.id ?? seen.lastId;
  seen.retryMs = event.retry ?? seen.retryMs;
  if (event.data === '') return;
  seen.messages.push(event);
  const message: JsonRpcMessage = parseResponse(call.target, event.data);
  if (!('method' in message) && message.id === call.id) seen.response = message;
  await call.onMessage?.(message);
}
