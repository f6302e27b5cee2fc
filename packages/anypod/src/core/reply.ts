import type { RequestWatch, StreamKind } from './meter.ts';

/** One server-sent event. Empty `data` with an id is a priming event (MCP 2025-11-25, Streamable HTTP). */
export interface SseEvent {
  readonly id?: string;
  /** How long the client should wait before it reconnects, in ms. */
  readonly retry?: number;
  /** A serialised JSON-RPC message, or empty. */
  readonly data: string;
}

/** An open event stream to one client connection. */
export interface EventSink {
  /** Writes the event; after the connection is gone, nothing. False: the client reads slowly, see `drained`. */
  send(event: SseEvent): boolean;
  /** Resolves when there is room again, or the connection is gone. Who does not wait for it is cut off when too much has piled up. */
  drained(): Promise<void>;
  /** Ends the response; the client may come back with the last event id, after `retryMs` where given. */
  end(retryMs?: number): void;
  readonly open: boolean;
  /** Called once, when the connection is gone, whoever ended it. */
  onClose(listener: () => void): void;
}

/** What a client takes as the answer to its POST, by its `Accept`: either form, only JSON, or only an event stream. */
export type AnswerForm = 'either' | 'json' | 'stream';

/** The answer to one HTTP request: exactly one of `json`, `empty` and `stream` is called, once. */
export interface Reply {
  /** Where it is `json`, `stream` must not be called for the answer to a POST. */
  readonly form: AnswerForm;
  /** `body` is serialised JSON; to a client that takes only streams a 200 goes out as a stream of one event. */
  json(status: number, body: string, headers?: Readonly<Record<string, string>>): void;
  empty(status: number): void;
  /** 200 with `text/event-stream`. */
  stream(kind: StreamKind): EventSink;
  /** Where the answer itself does not tell: whether it is an error, and how a request ended that became a stream. */
  readonly watch: RequestWatch;
}

/** A reply that can also pass on a response of the web's form as it is. */
export interface WebReply extends Reply {
  response(response: Response): void;
}
