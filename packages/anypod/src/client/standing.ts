import { setTimeout as delay } from 'node:timers/promises';
import { type ClientContext, sendInSession } from './context.ts';
import { ASKS, growingWaits } from './endpoint.ts';
import { isStream, readEvents, type StreamEvent, streamOf } from './events.ts';

/**
 * Serves the client's GET: the stream of what the server says by itself, over as many connections and sessions as that takes. It ends only with the client.
 * A first answer that is no stream goes to the client as it is.
 */
export async function openStanding(context: ClientContext, headers: Headers, init: RequestInit): Promise<Response> {
  const ending = new AbortController();
  const signal = init.signal ? AbortSignal.any([init.signal, ending.signal]) : ending.signal;
  const connect = (lastEventId: string | undefined) =>
    connectStanding(context, headers, { ...init, signal }, lastEventId);
  const first = await connect(headers.get('last-event-id') ?? undefined);
  if (!isStream(first)) return first;
  return new Response(
    streamOf(standingEvents(context, first, connect, signal), () => ending.abort()),
    {
      headers: { 'content-type': 'text/event-stream' },
    },
  );
}

type Connect = (lastEventId: string | undefined) => Promise<Response>;

async function* standingEvents(
  context: ClientContext,
  first: Response,
  connect: Connect,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  let lastEventId: string | undefined;
  let retryMs: number | undefined;
  const onRetry = (ms: number) => {
    retryMs = ms;
  };
  let waits = growingWaits();
  for (let source: Response | undefined = first; ; ) {
    try {
      const session = context.session.id;
      if (source?.body && isStream(source)) {
        for await (const event of readEvents(source.body, {
          silenceMs: context.silenceMs,
          watched: () => false,
          onRetry,
        })) {
          waits = growingWaits();
          lastEventId = event.id ?? lastEventId;
          yield event;
        }
      } else if (source?.status === 400) lastEventId = undefined;
      if (context.session.id !== session) lastEventId = undefined;
    } catch {
      signal.throwIfAborted();
    }
    await delay(retryMs ?? waits.next().value, undefined, { signal });
    source = await connect(lastEventId).catch(() => undefined);
  }
}

/** Connects in the session that the client has now, and in a new one if that is gone. The connection ends when another session takes its place. */
async function connectStanding(
  context: ClientContext,
  sent: Headers,
  init: RequestInit,
  lastEventId: string | undefined,
): Promise<Response> {
  const make = (headers: Headers, renewed: boolean): RequestInit => {
    headers.delete('last-event-id');
    if (lastEventId !== undefined && !renewed) headers.set('last-event-id', lastEventId);
    const signal = AbortSignal.any([init.signal as AbortSignal, context.session.replaced]);
    return { ...init, method: 'GET', headers, signal };
  };
  return sendInSession(context, sent, make, ASKS);
}
