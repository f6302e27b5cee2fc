import type { ServerResponse } from 'node:http';
import type { EventSink, WebReply } from '../core/reply.ts';
import type { Heartbeats } from './heartbeats.ts';
import { formatEvent, formatRetry, SSE_HEADERS } from './sse.ts';

export interface NodeReplyOptions {
  readonly heartbeats: Heartbeats;
  /** Bytes that may wait for a slow reader before its stream is ended, to be resumed. */
  readonly maxBufferedBytes: number;
}

/** Writes answers straight to a `node:http` response. */
export function createNodeReply(response: ServerResponse, options: NodeReplyOptions): WebReply {
  return {
    json(status, body, headers) {
      if (response.headersSent) {
        // A failure after the answer has begun: a broken connection is the only honest end.
        response.destroy();
        return;
      }
      response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...headers,
      });
      response.end(body);
    },
    empty(status) {
      response.writeHead(status, status === 204 ? {} : { 'content-length': 0 });
      response.end();
    },
    stream() {
      response.writeHead(200, SSE_HEADERS);
      response.flushHeaders();
      return nodeSink(response, options);
    },
    response(web) {
      passOn(web, response).catch(() => response.destroy());
    },
  };
}

function nodeSink(response: ServerResponse, { heartbeats, maxBufferedBytes }: NodeReplyOptions): EventSink {
  let open = !response.destroyed;
  const listeners: (() => void)[] = [];
  const write = (text: string): boolean => {
    if (!open) return true;
    // What is there already counts, not the event itself: one that is larger than the limit must pass too.
    if (response.writableLength > maxBufferedBytes) response.destroy();
    return response.write(text);
  };
  const closed = () => {
    if (!open) return;
    open = false;
    heartbeats.remove(write);
    for (const listener of listeners.splice(0)) listener();
  };
  heartbeats.add(write);
  response.once('close', closed);
  return {
    get open() {
      return open;
    },
    send: (event) => write(formatEvent(event)),
    drained: async () => {
      if (open && response.writableNeedDrain) await drained(response);
    },
    end(retryMs) {
      if (retryMs !== undefined) write(formatRetry(retryMs));
      response.end();
      closed();
    },
    onClose(listener) {
      if (open) listeners.push(listener);
      else queueMicrotask(listener);
    },
  };
}

/** Passes a web response on: streams piece by piece, all else in one. */
async function passOn(web: Response, response: ServerResponse): Promise<void> {
  const headers = Object.fromEntries(web.headers);
  if (web.headers.get('content-type')?.startsWith('text/event-stream') === true && web.body !== null) {
    response.writeHead(web.status, headers);
    await pipe(web.body, response);
    return;
  }
  const body = await web.text();
  response.writeHead(web.status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Waits where the client reads slowly; a client that goes cancels the body. */
async function pipe(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = body.getReader();
  response.once('close', () => void reader.cancel().catch(() => undefined));
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (response.destroyed) return;
    if (!response.write(part.value)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
