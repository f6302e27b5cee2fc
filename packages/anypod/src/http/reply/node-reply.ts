import type { ServerResponse } from 'node:http';
import { nextTick } from 'node:process';
import type { EventSink, SseEvent } from '../../core/reply.ts';
import type { EndpointReply } from './endpoint-reply.ts';
import type { Heartbeats } from './heartbeats.ts';
import { formatEvent, formatRetry, SSE_HEADERS } from './sse.ts';

export interface NodeReplyOptions {
  readonly heartbeats: Heartbeats;
  /** How many bytes may wait for a slow reader before its stream is cut; the client can resume it. */
  readonly maxBufferedBytes: number;
}

type Headers = Readonly<Record<string, string>>;

const JSON_HEADERS: Headers = { 'content-type': 'application/json' };

/** Writes answers straight to a `node:http` response. */
export function createNodeReply(response: ServerResponse, options: NodeReplyOptions): EndpointReply {
  return new NodeReply(response, options);
}

/** A class, because an object literal with these methods makes a closure for each of them with each request. */
class NodeReply implements EndpointReply {
  readonly #response: ServerResponse;
  readonly #options: NodeReplyOptions;
  #streams = false;

  constructor(response: ServerResponse, options: NodeReplyOptions) {
    this.#response = response;
    this.#options = options;
  }

  json(status: number, body: string, headers?: Headers): void {
    // If the answer has begun, the only way to report a failure is to break the connection.
    if (this.#response.headersSent || this.#streams) this.#response.destroy();
    else endWith(this.#response, status, body, JSON_HEADERS, headers);
  }

  empty(status: number, headers?: Headers): void {
    this.#response.writeHead(status, status === 204 ? headers : { 'content-length': 0, ...headers });
    this.#response.end();
  }

  stream(headers: Headers): EventSink {
    const response = this.#response;
    // Close the connection, so that a client that resumes does not reach this pod again on a connection that it kept.
    if (response.req.method === 'GET') response.setHeader('connection', 'close');
    this.#streams = true;
    return new NodeSink(response, { ...SSE_HEADERS, ...headers }, this.#options);
  }

  response(web: Response): void {
    passOn(web, this.#response).catch(() => this.#response.destroy());
  }
}

/** Writes the whole answer at once. */
function endWith(response: ServerResponse, status: number, body: string, headers: Headers, more?: Headers): void {
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, ...more, 'content-length': bytes });
  // If every character is one byte, both encodings write the same, and `latin1` does not search for longer ones.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8');
}

/**
 * Writes the headers and events of one tick together. If the stream also ends in its first tick, it is an answer of known length, and leaves in one piece.
 * A class, because an object literal with a getter keeps what the getter uses alive until the next full garbage collection.
 */
class NodeSink implements EventSink {
  readonly #response: ServerResponse;
  readonly #headers: Headers;
  readonly #stopBeats: () => void;
  readonly #maxBufferedBytes: number;
  readonly #listeners: (() => void)[] = [];
  /** What waits for the end of the tick. */
  #text = '';
  #begun = false;
  #flushes = true;
  open: boolean;

  constructor(response: ServerResponse, headers: Headers, { heartbeats, maxBufferedBytes }: NodeReplyOptions) {
    this.#response = response;
    this.#headers = headers;
    this.#maxBufferedBytes = maxBufferedBytes;
    this.open = !response.destroyed;
    this.#stopBeats = heartbeats.add((text) => this.#write(text));
    response.once('close', () => this.#closed());
    nextTick(flush, this);
  }

  send(event: SseEvent): boolean {
    return this.#write(formatEvent(event));
  }

  async drained(): Promise<void> {
    this.flush();
    if (this.open && this.#response.writableNeedDrain) await drained(this.#response);
  }

  end(retryMs?: number): void {
    if (retryMs !== undefined) this.#write(formatRetry(retryMs));
    const text = this.#text;
    this.#text = '';
    if (!this.open) this.#response.end();
    else if (this.#begun) this.#response.end(text);
    else endWith(this.#response, 200, text, this.#headers);
    this.#closed();
  }

  onClose(listener: () => void): void {
    if (this.open) this.#listeners.push(listener);
    else queueMicrotask(listener);
  }

  /** Writes what waits. The first time, also the headers. */
  flush(): void {
    this.#flushes = false;
    if (!this.open) return;
    const text = this.#text;
    this.#text = '';
    if (!this.#begun) this.#response.writeHead(200, this.#headers);
    if (text !== '') this.#response.write(text);
    else if (!this.#begun) this.#response.flushHeaders();
    this.#begun = true;
  }

  #write(text: string): boolean {
    const response = this.#response;
    if (!this.open || response.destroyed) return true;
    // Count only what waits already, not this event: an event larger than the limit must pass too.
    if (response.writableLength + this.#text.length > this.#maxBufferedBytes) response.destroy();
    this.#text += text;
    if (!this.#flushes) nextTick(flush, this);
    this.#flushes = true;
    return !response.writableNeedDrain && this.#text.length < response.writableHighWaterMark;
  }

  #closed(): void {
    if (!this.open) return;
    this.open = false;
    this.#stopBeats();
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

/** Passes a web response on: a stream piece by piece, anything else at once. */
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

/** Waits while the client reads slowly. Cancels the body if the client disconnects. */
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

function flush(sink: NodeSink): void {
  sink.flush();
}
