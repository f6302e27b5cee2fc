import type { EventSink, Reply, SseEvent } from '../../core/reply.ts';

/** What the client gets when its stream begins. */
interface Held {
  readonly reply: Reply;
  readonly events: SseEvent[];
  /** The connection ends after these events. */
  end?: { readonly retryMs?: number | undefined };
}

/** The connection of the client that called, if there is one. Its stream begins with `begin`. Until then this holds the events. */
export class ClientSink {
  #held: Held | undefined;
  #sink: EventSink | undefined;

  /** No `reply`: the pod that had the connection is lost. */
  constructor(reply?: Reply) {
    this.#held = reply && { reply, events: [] };
  }

  /** Sends all later events to `sink`. */
  sendTo(sink: EventSink): void {
    this.#sink = sink;
  }

  /** Whether the client gets the events even if this pod goes. */
  get outlives(): boolean {
    return (this.#held?.reply ?? this.#sink)?.outlives === true;
  }

  /** Begins the stream, with what was held. Does nothing if it has begun. */
  begin(): void {
    if (this.#held === undefined) return;
    const { reply, events, end } = this.#held;
    this.#held = undefined;
    this.#sink = reply.stream('request');
    for (const event of events) this.#sink.send(event);
    if (end !== undefined) this.end(end.retryMs);
  }

  send(event: SseEvent): void {
    if (this.#held === undefined) this.#sink?.send(event);
    else if (this.#held.end === undefined) this.#held.events.push(event);
  }

  /** Ends the connection, once the stream has begun. The client comes back after `retryMs`, if given. */
  end(retryMs?: number): void {
    if (this.outlives) return;
    if (this.#held !== undefined) this.#held.end ??= { retryMs };
    this.#sink?.end(retryMs);
    this.#sink = undefined;
  }
}
