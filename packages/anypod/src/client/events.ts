import { createParser } from 'eventsource-parser';
import type { JsonRpcResponse, RequestId } from '../core/json/json-rpc.ts';

/** One event of a stream, as a client reads it. `data` is empty in an event that only gives an id. */
export interface StreamEvent {
  readonly id?: string;
  readonly data: string;
}

export interface Reading {
  /** A stream that says nothing for so long has lost its connection, ms. */
  readonly silenceMs: number;
  /** Whether silence means anything: only a stream that could go on elsewhere is given up. One that has sent a comment sends them regularly. */
  readonly watched: () => boolean;
  /** How long the server asks clients to wait before they resume, ms. */
  readonly onRetry?: (ms: number) => void;
}

/** Reads the events of a body until it ends. Throws if the connection is lost or silent for too long. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { silenceMs, watched, onRetry }: Reading,
): AsyncGenerator<StreamEvent> {
  const events: StreamEvent[] = [];
  let commented = false;
  const parser = createParser({
    onEvent: ({ id, data }) => events.push(id === undefined ? { data } : { id, data }),
    onComment: () => {
      commented = true;
    },
    onRetry: (ms) => onRetry?.(ms),
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), commented || watched() ? silenceMs : undefined);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* events.splice(0);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function within<T>(promise: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return promise;
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`The stream was silent for ${ms} ms.`)), ms);
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** A body of events. `onCancel`: its reader wants no more. */
export function streamOf(events: AsyncGenerator<StreamEvent>, onCancel: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(encodeEvent(value)));
    },
    async cancel() {
      onCancel();
      await events.return(undefined).catch(() => undefined);
    },
  });
}

/** The event as it travels (WHATWG HTML §9.2.5). */
function encodeEvent({ id, data }: StreamEvent): string {
  const head = id === undefined ? '' : `id: ${id}\n`;
  return `${head}${data
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

/** The messages of an answer, whether it is JSON or a stream. */
export async function* answersOf(response: Response, reading: Reading): AsyncGenerator<StreamEvent> {
  if (isStream(response)) yield* response.body === null ? [] : readEvents(response.body, reading);
  else yield { data: await response.text() };
}

/** The response to a request in an answer of either kind. Undefined: the answer ends without it. */
export async function responseIn(
  answer: Response,
  id: RequestId,
  reading: Reading,
): Promise<JsonRpcResponse | undefined> {
  for await (const { data } of answersOf(answer, reading)) {
    const message = data === '' ? undefined : (JSON.parse(data) as JsonRpcResponse);
    if (message?.id === id && !('method' in message)) return message;
  }
  return undefined;
}

/** The response to a request in the data of one event. Undefined: it is another message, or none. */
export function responseTo(id: RequestId, data: string): JsonRpcResponse | undefined {
  try {
    const message = JSON.parse(data) as JsonRpcResponse;
    return !('method' in message) && message.id === id ? message : undefined;
  } catch {
    return undefined;
  }
}

export function isStream(response: Response): boolean {
  return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}
