import type { Deadline, Deadlines, Late } from '../../core/deadlines.ts';
import { encodeResponse, faultOf, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { Link } from '../../core/linked-list.ts';
import type { Round } from '../parked/round.ts';

/** The round in which a client waits for a call now, if any: its connection, its deadline and its answer. */
export class CurrentRound {
  readonly #late: Late;
  readonly #deadlines: Deadlines | undefined;
  readonly #gone: () => void;
  #round: Round | undefined;
  #deadline: Link<Deadline> | undefined;

  /** `late`: what a round that takes too long ends. `gone` is called when the client of the round has gone. */
  constructor(late: Late, deadlines: Deadlines | undefined, gone: () => void) {
    this.#late = late;
    this.#deadlines = deadlines;
    this.#gone = gone;
  }

  /** Undefined: nobody waits for the call now. */
  get round(): Round | undefined {
    return this.#round;
  }

  /** Begins a round. `watched`: it ends with its client or its deadline. */
  enter(round: Round, watched: boolean): void {
    this.#round = round;
    if (!watched) return;
    this.#deadline = this.#deadlines?.add(this.#late);
    // A connection that ends with its answer closes too.
    const gone = () => {
      if (this.#round === round) this.#gone();
    };
    round.channel.onGone(gone);
    round.departure.onGone(gone);
  }

  /** Ends the round without an answer. */
  leave(): Round | undefined {
    const round = this.#round;
    this.#round = undefined;
    if (this.#deadline !== undefined) this.#deadlines?.remove(this.#deadline);
    this.#deadline = undefined;
    return round;
  }

  /** Ends the round with `message`, under the id of the round's request. */
  answer(message: JsonRpcResponse, status: number): void {
    const round = this.leave();
    if (round === undefined) return;
    const response = { ...message, id: round.id };
    // Also if the client has disconnected, because the retry guard needs the response.
    round.onResponse?.(response);
    round.channel.answer(encodeResponse(response), status, message.error !== undefined, faultOf(message));
  }
}
