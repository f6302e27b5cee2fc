import { CLIENT_GONE } from '../../core/json/rpc-error.ts';
import type { AnswerForm, EventSink, Reply } from '../../core/reply.ts';
import type { Channel } from './round.ts';

/** How long a client that got a 503 or 429 should wait, in s. */
const RETRY_AFTER = { 'retry-after': '1' };

/** The channel to a client of this pod. Its answer is plain JSON if no message goes before it, and otherwise the end of a stream. */
export class ReplyChannel implements Channel {
  readonly #reply: Reply;
  #sink: EventSink | undefined;
  #onGone: () => void = () => undefined;

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  get form(): AnswerForm {
    return this.#reply.form;
  }

  async message(data: string): Promise<void> {
    this.#sink ??= this.#open();
    if (!this.#sink.send({ data })) await this.#sink.drained();
  }

  answer(data: string, status: number, isError: boolean, fault?: string): void {
    const { watch } = this.#reply;
    watch.answered(isError, fault);
    if (this.#sink === undefined) {
      this.#reply.json(status, data, status === 503 || status === 429 ? RETRY_AFTER : undefined);
    } else {
      this.#sink.send({ data });
      watch.ended('ok');
      this.#sink.end();
    }
  }

  abandon(): void {
    this.#reply.watch.ended('cancelled');
    if (this.#sink === undefined) this.#reply.empty(CLIENT_GONE);
    else this.#sink.end();
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  #open(): EventSink {
    const sink = this.#reply.stream('request');
    sink.onClose(() => this.#onGone());
    return sink;
  }
}
