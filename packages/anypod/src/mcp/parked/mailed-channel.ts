import { CLIENT_GONE } from '../../core/json/rpc-error.ts';
import type { AnswerForm } from '../../core/reply.ts';
import type { ParkedMail } from '../../core/store/inbox.ts';
import type { Channel } from './round.ts';

/** What a call says to a request on another pod. */
export type ParkedEvent = Omit<Extract<ParkedMail, { readonly type: 'parked-event' }>, 'type' | 'wait'>;

/** The channel to a client of another pod. That pod opens its stream with the first message. */
export class MailedChannel implements Channel {
  readonly form: AnswerForm;
  readonly #mail: (event: ParkedEvent) => void;

  constructor(form: AnswerForm, mail: (event: ParkedEvent) => void) {
    this.form = form;
    this.#mail = mail;
  }

  async message(data: string): Promise<void> {
    this.#mail({ what: 'message', data });
  }

  answer(data: string, status: number): void {
    this.#mail({ what: 'answer', status, data });
  }

  abandon(): void {
    this.answer('', CLIENT_GONE);
  }

  /** The other pod says so by mail, and the round's departure tells it. */
  onGone(): void {}
}
