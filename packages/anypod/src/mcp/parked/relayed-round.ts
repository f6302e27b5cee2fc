import { setTimeout as delay } from 'node:timers/promises';
import { faultOf, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { ParkedEvent } from './mailed-channel.ts';
import type { Round } from './round.ts';

/** How an attempt to wake a call ended. `unknown`: its pod has no such call any more. `lost`: its pod has gone. */
export type Woken = 'served' | 'unknown' | 'lost';

/** A round whose call runs on another pod. It passes on what that pod says. */
export class RelayedRound {
  /** The other pod has the answers. */
  woken = false;
  readonly #round: Round;
  #over = false;
  readonly #ended = Promise.withResolvers<Woken>();

  constructor(round: Round) {
    this.#round = round;
  }

  hear({ what, status = 200, data = '' }: ParkedEvent): void {
    if (this.#over) return;
    if (what === 'lost' || (what === 'unknown' && !this.woken)) this.#end(what);
    else this.woken = true;
    if (what === 'message') void this.#round.channel.message(data);
    else if (what === 'answer') this.#answer(data, status);
  }

  /** The client has gone. */
  leave(): void {
    if (this.#over) return;
    this.#round.channel.abandon();
    this.#end('served');
  }

  /** Resolves with the end, or after `ms` with undefined. */
  async ended(ms: number): Promise<Woken | undefined> {
    const timer = new AbortController();
    const late = delay(ms, undefined, { signal: timer.signal, ref: false }).catch(() => undefined);
    try {
      return await Promise.race([this.#ended.promise, late]);
    } finally {
      timer.abort();
    }
  }

  #answer(data: string, status: number): void {
    const { channel, onResponse } = this.#round;
    const response = JSON.parse(data) as JsonRpcResponse;
    onResponse?.(response);
    channel.answer(data, status, response.error !== undefined, faultOf(response));
    this.#end('served');
  }

  #end(woken: Woken): void {
    this.#over = true;
    this.#ended.resolve(woken);
  }
}
