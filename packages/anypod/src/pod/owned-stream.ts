import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, StreamEvent, StreamKey } from '../core/event-log.ts';
import type { JsonRpcRequest } from '../core/json-rpc.ts';
import type { EventSink } from '../core/reply.ts';
import type { PodContext } from './context.ts';
import type { Followers } from './followers.ts';

const LOG_ATTEMPTS = 10;
const LOG_RETRY_MS = 200;

/**
 * The stream of an exchange that runs here. It assigns the sequence numbers, so the client is written to at once and the log is
 * appended beside it, in order; whoever follows on another pod gets each event after it is stored.
 */
export class OwnedStream {
  readonly #context: PodContext;
  readonly #followers: Followers;
  readonly #key: StreamKey;
  readonly #prefix: string;
  #sink: EventSink | undefined;
  #seq = 0;
  #log: Promise<void>;

  constructor(
    context: PodContext,
    followers: Followers,
    session: string,
    requests: readonly [JsonRpcRequest, ...JsonRpcRequest[]],
    sink: EventSink,
  ) {
    this.#context = context;
    this.#followers = followers;
    this.#key = { session, stream: context.random() };
    this.#prefix = context.eventIds.exchangePrefix(session, this.#key.stream, requests[0].id);
    this.#sink = sink;
    this.#log = this.#persist(() => context.store.events.open(this.#key, context.pod, JSON.stringify(requests)));
    context.background.run('open stream', this.#log);
  }

  /** Gives the client an id to come back with before anything has happened (SEP-1699). */
  prime(retryMs: number): void {
    this.#sink?.send({ id: `${this.#prefix}0`, retry: retryMs, data: '' });
  }

  /** Sends a serialised message; `final`: the last one, after which the connection ends. */
  write(data: string, final: boolean): void {
    this.#seq += 1;
    const event = { seq: this.#seq, data };
    this.#sink?.send({ id: this.#prefix + event.seq, data });
    if (final) this.detach();
    this.#append(event, final);
  }

  /** Ends the stream without a response, which is how a cancelled request ends. */
  finish(): void {
    this.detach();
    this.#enqueue('finish stream', async () => {
      const follower = await this.#context.store.events.finish(this.#key);
      await this.#forward(follower, { seq: 0, final: true });
    });
  }

  /** Ends the connection; the exchange goes on and can be resumed. */
  detach(): void {
    this.#sink?.end();
    this.#sink = undefined;
  }

  #append(event: StreamEvent, final: boolean): void {
    this.#enqueue('append event', async () => {
      const follower = await this.#context.store.events.append(this.#key, event, final);
      await this.#forward(follower, { ...event, final });
    });
  }

  #enqueue(what: string, step: () => Promise<void>): void {
    this.#log = this.#log.then(() => this.#persist(step));
    this.#context.background.run(what, this.#log);
  }

  /** Tries again while the store is away: what the client was shown must not be missing from the log. */
  async #persist(step: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await step();
        return;
      } catch (error) {
        if (attempt === LOG_ATTEMPTS) throw error;
        await delay(LOG_RETRY_MS * attempt);
      }
    }
  }

  async #forward(
    follower: Connection | undefined,
    event: { seq: number; final: boolean; data?: string },
  ): Promise<void> {
    if (follower === undefined) return;
    // The client came back elsewhere: the newest connection wins, the first one is only half open.
    this.detach();
    if (follower.pod === this.#context.pod) {
      this.#followers.deliver(follower.connection, event);
      return;
    }
    const { connection } = follower;
    await this.#context.store.inbox.send(follower.pod, { type: 'event', ...this.#key, connection, ...event });
  }
}
