import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Connection, Orphan, StreamKey, Written } from '../../core/event-log.ts';
import type { EventSink, Reply, SseEvent } from '../../core/reply.ts';
import { placed } from '../../core/traces.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';
import type { Followers } from './followers.ts';
import { type StoredRequests, writeRequests } from './stored-requests.ts';
import { countAtOnce, StreamLog } from './stream-log.ts';

/** An event on its way to the log. */
interface Waiting {
  readonly seq: number;
  readonly data: string;
  readonly final: boolean;
  /** The client gets the event only after the log has it. */
  readonly careful: boolean;
}

/** What the client gets when the log is open. */
interface Unopened {
  readonly reply: Reply;
  readonly events: SseEvent[];
  final: boolean;
}

/** What the pod of a follower is told. No `data`: the log ended without a last event. */
type Forwarded = Pick<Waiting, 'seq' | 'final'> & Partial<Pick<Waiting, 'data'>>;

const ENDED: Forwarded = { seq: 0, final: true };

/**
 * The stream of an exchange that runs on this pod. It assigns the sequence numbers. So it sends each event to the client at once, and appends it to the
 * log at the same time. A follower on another pod gets each event after it is stored. The events of one turn of the event loop, and those that come
 * during a write, go to the log in one write.
 *
 * The client gets nothing before the log is open. So each event id that a client has names a log with the requests in it, and another pod can end what
 * a killed pod began. If the store is away, the client gets the events without that.
 *
 * If the lease may have run out (this process was paused, or cut off from the store), another pod may have taken the exchange over. Then an event
 * goes to the client only after the log has accepted it. That proves that this pod still owns the exchange.
 */
export class OwnedStream {
  readonly #context: PodContext;
  readonly #followers: Followers;
  readonly #key: StreamKey;
  readonly #prefix: string;
  readonly #log: StreamLog;
  #sink: EventSink | undefined;
  #unopened: Unopened | undefined;
  #seq: number;
  #steps: Promise<void> = Promise.resolve();
  readonly #waiting: Waiting[] = [];
  #unstored = 0;
  /** When this pod last surely owned the exchange: when it began, or when this pod sent a write that then succeeded; monotonic ms. */
  #oursAt: number;
  /** Some events must reach the log before the client. Later events must not overtake them. */
  #careful = false;
  /** This pod sends no more events, but still stores those that it has sent. */
  #left = false;
  /** Another pod owns the log. This pod stores nothing more either. */
  #lost = false;
  /** Called once, when this pod no longer owns the exchange. */
  onLost: () => void = () => undefined;

  private constructor(
    context: PodContext,
    followers: Followers,
    key: StreamKey,
    stored: StoredRequests,
    from: { epoch: number; seq: number },
  ) {
    this.#context = context;
    this.#followers = followers;
    this.#key = key;
    this.#prefix = context.eventIds.exchangePrefix(key.session, key.stream, stored.requests[0].id);
    this.#log = new StreamLog(context, {
      key,
      epoch: from.epoch,
      requests: writeRequests(stored),
      follows: from.seq,
    });
    this.#oursAt = context.now();
    this.#seq = from.seq;
  }

  /** Opens a new stream on the client's own connection. */
  static open(
    context: PodContext,
    followers: Followers,
    session: string,
    stored: StoredRequests,
    reply: Reply,
    place?: string,
  ): OwnedStream {
    // A pod that resumes the stream or takes it over finds its trace in the name.
    const key = { session, stream: placed(context.random(), place) };
    const stream = new OwnedStream(context, followers, key, stored, { epoch: 1, seq: 0 });
    stream.#unopened = { reply, events: [], final: false };
    stream.#enqueue('open stream', () => stream.#begin());
    return stream;
  }

  /** Takes the stream of an exchange whose owner died. If the client came back, it follows the stream. */
  static adopt(
    context: PodContext,
    followers: Followers,
    key: StreamKey,
    stored: StoredRequests,
    orphan: Orphan,
  ): OwnedStream {
    return new OwnedStream(context, followers, key, stored, { epoch: orphan.epoch, seq: orphan.last });
  }

  /** The name of the stream in its session. */
  get name(): string {
    return this.#key.stream;
  }

  /** Whether the client gets the rest if this pod goes: it has an event id to come back with, or the sink outlives the pod. */
  get resumable(): boolean {
    return this.#primed || this.#seq > 0 || this.#sink?.outlives === true;
  }

  /** Sends all later events to `sink` too, which outlives this pod. */
  sendTo(sink: EventSink): void {
    this.#sink = sink;
  }

  #primed = false;

  /** Gives the client an event id to come back with before the first event (SEP-1699). */
  prime(retryMs: number): void {
    this.#primed = true;
    this.#deliver({ id: `${this.#prefix}0`, retry: retryMs, data: '' }, false);
  }

  /** Sends a serialised message. `final`: it is the last one, and the connection ends after it. */
  write(data: string, final: boolean): void {
    if (this.#left) return;
    this.#seq += 1;
    this.#careful ||= this.#oursAt < this.#context.heldSince();
    this.#waiting.push({ seq: this.#seq, data, final, careful: this.#careful });
    if (!this.#careful) this.#send(this.#seq, data, final);
    if (this.#waiting.length === 1) this.#enqueue('append events', () => this.#append());
  }

  /** Renews the log if nothing was written for a third of the time that the store keeps it. */
  renew(): void {
    const { now, options } = this.#context;
    if (this.#left || this.#unstored > 0 || now() - this.#oursAt < options.streamIdleMs / 3) return;
    this.#enqueue('renew stream', async () => void this.#checkOwned(await this.#log.open()));
  }

  /** Ends the stream without a response, which is how a cancelled request ends. */
  finish(): void {
    if (this.#left) return;
    this.detach();
    this.#enqueue('finish stream', async () => {
      const written = await this.#log.finish();
      if (!this.#checkOwned(written)) return;
      await this.#forward(written, [ENDED]);
      await this.#conclude(written, () => this.#log.finish(), ENDED);
    });
  }

  /** Resolves when all events are stored and passed on, or cannot be. */
  async stored(): Promise<void> {
    await this.#steps.catch(() => undefined);
  }

  /** Ends the connection. The exchange continues, and the client can resume it, after `retryMs` if given. */
  detach(retryMs?: number): void {
    this.#reveal();
    if (this.#sink?.outlives === true) return;
    this.#sink?.end(retryMs);
    this.#sink = undefined;
  }

  /** Sends nothing more, because another pod continues the stream. */
  abandon(retryMs?: number): void {
    this.#left = true;
    this.detach(retryMs);
  }

  /** Stores the waiting events. */
  async #append(): Promise<void> {
    await endOfTurn();
    while (this.#waiting.length > 0) {
      const asked = this.#context.now();
      const events = this.#waiting.splice(0, countAtOnce(this.#waiting));
      const last = events.at(-1) as Waiting;
      const written = await this.#log.append(events, last.final);
      if (!this.#checkOwned(written)) return;
      this.#oursAt = asked;
      for (const { careful, seq, data, final } of events) if (careful) this.#send(seq, data, final);
      await this.#forward(written, events);
      if (last.final) await this.#conclude(written, () => this.#log.append([last], true), last);
    }
  }

  async #begin(): Promise<void> {
    try {
      this.#checkOwned(await this.#log.open(() => this.#reveal()));
    } finally {
      this.#reveal();
    }
  }

  /** Begins the client's stream with what it should have by now. */
  #reveal(): void {
    if (this.#unopened === undefined) return;
    const { reply, events, final } = this.#unopened;
    this.#unopened = undefined;
    this.#sink = reply.stream('request');
    for (const event of events) this.#sink.send(event);
    if (final) this.detach();
  }

  #send(seq: number, data: string, final: boolean): void {
    this.#deliver({ id: this.#prefix + seq, data }, final);
  }

  #deliver(event: SseEvent, final: boolean): void {
    if (this.#unopened === undefined) {
      this.#sink?.send(event);
      if (final) this.detach();
    } else {
      this.#unopened.events.push(event);
      this.#unopened.final ||= final;
    }
  }

  #enqueue(what: string, step: () => Promise<void>): void {
    this.#unstored += 1;
    this.#steps = this.#steps.then(async () => {
      const asked = this.#context.now();
      if (!this.#lost) await step();
      if (!this.#lost) this.#oursAt = Math.max(this.#oursAt, asked);
      this.#unstored -= 1;
      if (this.#unstored === 0) this.#careful = false;
    });
    this.#context.background.run(what, this.#steps);
  }

  /**
   * Writes the end until the store has it safely. It tells the follower each time: a failover also loses mail, and the follower may have read the log
   * before the end was written again.
   */
  async #conclude(written: Written, again: () => Promise<Written>, end: Forwarded): Promise<void> {
    await this.#log.settle(written, async () => {
      const rewritten = await again();
      if (this.#checkOwned(rewritten)) await this.#forward(rewritten, [end]);
      return rewritten;
    });
    await this.#log.release();
  }

  /** Whether a write was stored. If not, another pod owns the log now, or it is gone, and this pod gives up the exchange. */
  #checkOwned({ state }: Written): boolean {
    if (state === 'stored') return true;
    if (!this.#lost) {
      this.#context.log.warn({ stream: this.#key.stream, state }, 'an exchange is no longer served by this pod');
      this.#lost = true;
      this.abandon();
      this.#context.background.run('disown stream', this.#log.release());
      this.onLost();
    }
    return false;
  }

  /** Tells a follower on this pod of each event. Tells a follower on another pod of the last one only: it reads the others from the log. */
  async #forward(written: Written, events: readonly Forwarded[]): Promise<void> {
    const follower: Connection | undefined = written.state === 'stored' ? written.follower : undefined;
    const last = events.at(-1);
    if (follower === undefined || last === undefined) return;
    // The client has a newer connection, and the newest counts. The first one is only half open.
    this.detach();
    const { connection } = follower;
    if (follower.pod === this.#context.pod) {
      for (const event of events) this.#followers.deliver(connection, event);
      return;
    }
    const { seq, final, data } = last;
    const { store } = this.#context;
    const message = {
      type: 'event',
      ...this.#key,
      connection,
      seq,
      final,
      ...(data === undefined ? {} : { data }),
    } as const;
    await retryWhileStoreAway(this.#context, () => store.inbox.send(follower.pod, message));
  }
}
