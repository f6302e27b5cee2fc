import type { RequestWatch, StreamKind } from './meter.ts';

/** One server-sent event. Empty `data` with an id is a priming event (MCP 2025-11-25, Streamable HTTP). */
export interface SseEvent {
  /** Default: `message`. */
  readonly event?: string;
  readonly id?: string;
  /** How long the client should wait before it reconnects, in ms. */
  readonly retry?: number;
  /** A serialised JSON-RPC message, or empty. */
  readonly data: string;
}

/** An open event stream to one client connection. */
export interface EventSink {
  /** Writes the event, or does nothing if the connection is gone. False: the client reads slowly, see `drained`. */
  send(event: SseEvent): boolean;
  /** Resolves when there is room again or the connection is gone. A sender that does not wait is cut off when too much has piled up. */
  drained(): Promise<void>;
  /** Ends the response; the client may come back with the last event id, after `retryMs` where given. */
  end(retryMs?: number): void;
  readonly open: boolean;
  /** True: what was sent reaches the client even after this pod has gone, so the sink is used until the last message. Default: false. */
  readonly outlives?: boolean;
  /** Calls `listener` once, when the connection is gone, whichever side ended it. */
  onClose(listener: () => void): void;
}

/** The forms of answer to a POST that the client's `Accept` allows: either form, only JSON, or only an event stream. */
export type AnswerForm = 'either' | 'json' | 'stream';

/** The answer to one HTTP request. Call exactly one of `json`, `empty` and `stream`, once. */
export interface Reply {
  /** If it is `json`, do not call `stream` for the answer to a POST. */
  readonly form: AnswerForm;
  /** True: its streams outlive this pod; see `EventSink`. Default: false. */
  readonly outlives?: boolean;
  /** `body` is serialised JSON. A client that takes only streams gets a 200 as a stream of one event. */
  json(status: number, body: string, headers?: Readonly<Record<string, string>>): void;
  empty(status: number): void;
  /** 200 with `text/event-stream`. */
  stream(kind: StreamKind): EventSink;
  /** Reports what the reply itself cannot see: whether the answer is an error, and how a request that became a stream ended. */
  readonly watch: RequestWatch;
}

/** A reply that can also pass on a web-standard `Response` unchanged. */
export interface WebReply extends Reply {
  response(response: Response): void;
}
