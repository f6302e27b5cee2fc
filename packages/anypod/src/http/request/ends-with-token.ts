import type { EventSink, SseEvent } from '../../core/reply.ts';

/** The longest time for which Node's timers can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface TokenEnd {
  /** When the token expires, in ms since the epoch. */
  readonly at: number;
  /** How long the client should wait before it comes back, in ms. */
  readonly retryMs: number;
}

/**
 * Ends a stream when the token expires with which it was opened. Its client comes back with a fresh token. A stream that carries the answer to a call waits
 * until the client has an event id to come back with (`needsId`): without one the answer would be lost, and the call was made while the token was valid.
 */
export class EndsWithToken implements EventSink {
  readonly #sink: EventSink;
  readonly #retryMs: number;
  #mayEnd: boolean;
  #expired = false;

  constructor(sink: EventSink, { at, retryMs }: TokenEnd, needsId: boolean) {
    this.#sink = sink;
    this.#retryMs = retryMs;
    this.#mayEnd = !needsId;
    const timer = setTimeout(() => this.#expire(), Math.min(MAX_TIMER_MS, Math.max(0, at - Date.now()))).unref();
    sink.onClose(() => clearTimeout(timer));
  }

  get open(): boolean {
    return this.#sink.open;
  }

  send(event: SseEvent): boolean {
    const room = this.#sink.send(event);
    if (event.id !== undefined) this.#mayEnd = true;
    if (this.#expired && this.#mayEnd) this.end(this.#retryMs);
    return room;
  }

  drained(): Promise<void> {
    return this.#sink.drained();
  }

  end(retryMs?: number): void {
    this.#sink.end(retryMs);
  }

  onClose(listener: () => void): void {
    this.#sink.onClose(listener);
  }

  #expire(): void {
    this.#expired = true;
    if (this.#mayEnd) this.end(this.#retryMs);
  }
}
