import type { AuthInfo, Caller } from '../core/caller.ts';
import { departureOf } from '../core/departure.ts';
import type { EventSink } from '../core/reply.ts';
import type { Endpoint } from './door.ts';
import type { EndpointReply } from './reply/endpoint-reply.ts';
import type { Heartbeats } from './reply/heartbeats.ts';
import { formatEvent, formatRetry, SSE_HEADERS } from './reply/sse.ts';
import type { Incoming } from './request/incoming.ts';
import { type BodyLimits, readWebJson } from './request/read-body.ts';

export interface FetchHandlerOptions extends BodyLimits {
  readonly endpoint: Endpoint;
  readonly heartbeats: Heartbeats;
  readonly maxBufferedBytes: number;
}

/**
 * Serves one web-standard request. `authInfo` is the result of a verifier in front of it. `address` is the client's; without it, all anonymous callers
 * share the limits of one.
 */
export type FetchHandler = (
  request: Request,
  context?: { readonly authInfo?: AuthInfo; readonly address?: string },
) => Promise<Response>;

export function createFetchHandler(options: FetchHandlerOptions): FetchHandler {
  return (request, context) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const caller = {
      headers: { host: new URL(request.url).host, ...Object.fromEntries(request.headers) },
      url: request.url,
      ...context,
    };
    const body = () => readWebJson(request, options);
    const valuesOf = (header: string) => {
      const value = request.headers.get(header);
      return value === null ? [] : [value];
    };
    const rest = { method: request.method, body, valuesOf, ...departureOf(() => request.signal) };
    const incomingOf = (by: Caller): Incoming => ({ ...rest, caller: by, as: incomingOf });
    options.endpoint(incomingOf(caller), fetchReply(resolve, options)).catch(reject);
    return promise;
  };
}

/** The limit of `node:http`. Writers that can wait do so beyond it. */
const HIGH_WATER_MARK = 16 * 1024;

function fetchReply(resolve: (response: Response) => void, options: FetchHandlerOptions): EndpointReply {
  return {
    json(status, body, headers) {
      resolve(new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } }));
    },
    empty: (status, headers = {}) => resolve(new Response(null, { status, headers })),
    stream(headers) {
      const { readable, sink } = fetchSink(options);
      resolve(new Response(readable, { headers: { ...SSE_HEADERS, ...headers } }));
      return sink;
    },
    response: resolve,
  };
}

function fetchSink({ heartbeats, maxBufferedBytes }: FetchHandlerOptions): {
  readable: ReadableStream;
  sink: EventSink;
} {
  const encoder = new TextEncoder();
  const listeners: (() => void)[] = [];
  let open = true;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let room = Promise.withResolvers<void>();
  const closed = () => {
    open = false;
    stopBeats();
    room.resolve();
    for (const listener of listeners.splice(0)) listener();
  };
  const readable = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      pull: () => room.resolve(),
      cancel: () => closed(),
    },
    { highWaterMark: HIGH_WATER_MARK, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  const hasRoom = () => (controller?.desiredSize ?? 1) > 0;
  function write(text: string): boolean {
    if (!open) return true;
    if (HIGH_WATER_MARK - (controller?.desiredSize ?? 0) > maxBufferedBytes) {
      end();
      return true;
    }
    controller?.enqueue(encoder.encode(text));
    return hasRoom();
  }
  function end(retryMs?: number): void {
    if (!open) return;
    if (retryMs !== undefined) controller?.enqueue(encoder.encode(formatRetry(retryMs)));
    controller?.close();
    closed();
  }
  const stopBeats = heartbeats.add(write);
  const sink: EventSink = {
    get open() {
      return open;
    },
    send: (event) => write(formatEvent(event)),
    async drained() {
      if (!open || hasRoom()) return;
      room = Promise.withResolvers();
      await room.promise;
    },
    end,
    onClose(listener) {
      if (open) listeners.push(listener);
      else queueMicrotask(listener);
    },
  };
  return { readable, sink };
}
