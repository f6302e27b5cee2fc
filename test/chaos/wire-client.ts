import { setTimeout as delay } from 'node:timers/promises';
import type { Answers, CallOptions, OfficialClient } from '../cluster/official-client.ts';
import { type Message, messagesOf, openSession, textOf, type WireSession } from '../cluster/wire.ts';
import { resumingStream, StreamLost } from './resuming-stream.ts';

/** What the load needs of a client. */
export type ChaosClient = Pick<OfficialClient, 'call' | 'close'>;

export interface WireOptions {
  readonly url: URL;
  readonly name?: string;
  readonly answers?: Pick<Answers, 'elicitation'>;
  readonly on?: Readonly<Record<string, (params: Record<string, unknown>) => void>>;
  /** Awaited before a stream is opened again, and by official clients before every request. */
  readonly beforeRequest?: () => Promise<void>;
  /** Called where an answer to a question did not arrive; no client sends one twice. */
  readonly onAnswerLost?: () => void;
  /** Called with every event id that came twice with a message. */
  readonly onRepeatedId?: (id: string) => void;
  /** False: comes never back to a broken stream. Default true. */
  readonly resume?: boolean;
}

/** An answer that is not 2xx. */
class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly code: number;

  constructor(status: number, body: string) {
    super(`HTTP ${status}: ${body}`);
    this.code = status;
  }
}

/** A JSON-RPC error. */
class RpcFailure extends Error {
  override readonly name = 'RpcFailure';
  readonly code: number;
  readonly data: unknown;

  constructor({ code, message, data }: NonNullable<Message['error']>) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** A legacy client made of plain requests, with the reconnecting habits of the official ones. */
export async function connectWire(options: WireOptions): Promise<ChaosClient> {
  const { url, name = 'wire' } = options;
  const session = await openSession(url, { name });
  await session.send(url, { jsonrpc: '2.0', method: 'notifications/initialized' });
  const ending = new AbortController();
  const client = new WireClient(options, session, ending.signal);
  const first = await session.listen(url, undefined, ending.signal);
  if (!first.ok) throw new HttpRefusal(first.status, await first.text());
  const standing = client.stand(first);
  return {
    call: (tool, args, callOptions) => client.call(tool, args, callOptions),
    async close() {
      ending.abort();
      await standing;
    },
  };
}

class WireClient {
  readonly #options: WireOptions;
  readonly #session: WireSession;
  readonly #ending: AbortSignal;
  readonly #eventIds = new Set<string>();
  #requests = 0;

  constructor(options: WireOptions, session: WireSession, ending: AbortSignal) {
    this.#options = options;
    this.#session = session;
    this.#ending = ending;
  }

  /** Hears the standing stream until the client ends; a stream that is given up falls silent, as an official client's does. */
  async stand(first: Response): Promise<void> {
    try {
      for await (const message of this.#stream(first, this.#ending, true)) this.#hear(message);
    } catch (error) {
      if (!this.#ending.aborted && !(error instanceof StreamLost)) throw error;
    }
  }

  async call(tool: string, args: object = {}, { onprogress, timeout = 60_000 }: CallOptions = {}): Promise<string> {
    const id = ++this.#requests;
    const limit = new AbortController();
    const call = this.#call(id, tool, args, onprogress, limit.signal);
    call.catch(() => {});
    const timer = delay(timeout, 'hung' as const, { signal: limit.signal, ref: false });
    timer.catch(() => {});
    try {
      const text = await Promise.race([
        call,
        timer.then(() => Promise.reject(new Error(`timed out after ${timeout} ms`))),
      ]);
      return text;
    } finally {
      limit.abort();
    }
  }

  async #call(id: number, tool: string, args: object, onprogress: CallOptions['onprogress'], signal: AbortSignal) {
    const response = await this.#session.call(this.#options.url, id, tool, args, `${id}`, signal);
    if (!response.ok) throw new HttpRefusal(response.status, await response.text());
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const messages = isStream ? this.#stream(response, signal) : await messagesOf(response);
    for await (const message of messages) {
      if (message.method === 'notifications/progress')
        onprogress?.(message.params as { progress: number; message?: string });
      else if (message.method !== undefined) this.#hear(message);
      else if (message.id === id) return resultText(message);
    }
    throw new Error('the answer ended without a response');
  }

  #stream(first: Response, signal: AbortSignal, standing = false) {
    return resumingStream(first, {
      reopen: async (lastEventId) => {
        await this.#options.beforeRequest?.();
        return this.#session.listen(this.#options.url, lastEventId, signal);
      },
      resume: this.#options.resume ?? true,
      onEventId: (eventId) => {
        if (this.#eventIds.has(eventId)) this.#options.onRepeatedId?.(eventId);
        this.#eventIds.add(eventId);
      },
      standing,
      signal,
    });
  }

  /** Answers a question, delivers a notification. */
  #hear({ id, method = '', params = {} }: Message): void {
    if (id === undefined) this.#options.on?.[method]?.(params);
    else if (method === 'elicitation/create') void this.#answer(id, params);
  }

  async #answer(id: Message['id'], params: Record<string, unknown>): Promise<void> {
    const result = await this.#options.answers?.elicitation?.(params);
    const answer = { jsonrpc: '2.0', id, result: result ?? { action: 'decline' } };
    const response = await this.#session.send(this.#options.url, answer).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok !== true) this.#options.onAnswerLost?.();
  }
}

function resultText(message: Message): string {
  if (message.error !== undefined) throw new RpcFailure(message.error);
  return textOf(message);
}
