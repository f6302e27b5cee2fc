import type { EventSink, Reply } from '../../core/reply.ts';
import type { Connection, Orphan, StreamEvent, StreamKey, Written } from '../../core/store/event-log.ts';
import { placed } from '../../core/traces.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';
import { ClientSink } from './client-sink.ts';
import type { Followers } from './followers.ts';
import { type StoredRequests, writeRequests } from './stored-requests.ts';
import { countAtOnce, StreamLog } from './stream-log.ts';

/** An event on its way to the log. */
interface Waiting extends StreamEvent {
  /** The client gets the event only after the log has it. */
  readonly careful: boolean;
}

/** What the pod of a follower is told. No `data`: the log ended without a last event. */
type Forwarded = Pick<StreamEvent, 'seq'> & Partial<StreamEvent>;

const ENDED: Forwarded = { seq: 0 };

/** The events of one write, and whether the last of them ends the stream. */
type Taken = readonly [events: readonly Waiting[], final: boolean];

const NOTHING: Taken = [[], false];

/**
 * The stream of an exchange that runs on this pod. It assigns the sequence numbers. So it sends each event to the client at once, and appends it to the
 * log at the same time. A follower on another pod gets each event after it is stored. The events of one turn of the event loop, and those that come
 * during a write, go to the log in one write. The write that opens the log has the events of the first turn. If these are all, it also ends the log.
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
  readonly #client: ClientSink;
  #seq: number;
  /** The newest event is the last one. */
  #final = false;
  /** The log is open, or the write that opens it has been sent. */
  #begun: boolean;
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
    client: ClientSink,
  ) {
    this.#context = context;
    this.#followers = followers;
    this.#client = client;
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
    this.#begun = from.epoch > 1;
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
    const stream = new OwnedStream(context, followers, key, stored, { epoch: 1, seq: 0 }, new ClientSink(reply));
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
    const from = { epoch: orphan.epoch, seq: orphan.last };
    return new OwnedStream(context, followers, key, stored, from, new ClientSink());
  }

  /** The name of the stream in its session. */
  get name(): string {
    return this.#key.stream;
  }

  /** Whether the client gets the rest if this pod goes: it has an event id to come back with, or the sink outlives the pod. */
  get resumable(): boolean {
    return this.#primed || this.#seq > 0 || this.#client.outlives;
  }

  /** Sends all later events to `sink` too, which outlives this pod. */
  sendTo(sink: EventSink): void {
    this.#client.sendTo(sink);
  }

  #primed = false;

  /** Gives the client an event id to come back with before the first event (SEP-1699). */
  prime(retryMs: number): void {
    this.#primed = true;
    this.#client.send({ id: `${this.#prefix}0`, retry: retryMs, data: '' });
  }

  /** Sends a serialised message. `final`: it is the last one, and the connection ends after it. */
  write(data: string, final: boolean): void {
    if (this.#left) return;
    this.#seq += 1;
    this.#careful ||= this.#oursAt < this.#context.heldSince();
    this.#final = final;
    this.#waiting.push({ seq: this.#seq, data, careful: this.#careful });
    if (!this.#careful) this.#send(this.#seq, data, final);
    if (this.#begun && this.#waiting.length === 1) this.#enqueue('append events', () => this.#append());
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
      await this.#forward(written, [ENDED], true);
      await this.#conclude(written, () => this.#log.finish(), ENDED);
    });
  }

  /** Resolves when all events are stored and passed on, or cannot be. */
  async stored(): Promise<void> {
    await this.#steps.catch(() => undefined);
  }

  /** Ends the connection, once the log is open. The exchange continues, and the client can resume it, after `retryMs` if given. */
  detach(retryMs?: number): void {
    this.#client.end(retryMs);
  }

  /** Sends nothing more, because another pod continues the stream. */
  abandon(retryMs?: number): void {
    this.#left = true;
    this.detach(retryMs);
  }

  /**
   * Opens the log with the events of the first turn. If the client gets its events even without this pod, they come later: a log that has ended before
   * the client has its answer would have no owner, and no other pod would answer.
   */
  async #begin(): Promise<void> {
    await this.#context.turnEnd();
    this.#begun = true;
    const asked = this.#context.now();
    const [events, final] = this.#client.outlives ? NOTHING : this.#take();
    const begin = () => this.#client.begin();
    const written = await this.#log.begin(events, final, begin).finally(begin);
    if (!this.#checkOwned(written)) return;
    await this.#arrived(written, asked, events, final);
    await this.#appendWaiting();
  }

  async #append(): Promise<void> {
    await this.#context.turnEnd();
    await this.#appendWaiting();
  }

  async #appendWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const asked = this.#context.now();
      const [events, final] = this.#take();
      const written = await this.#log.append(events, final);
      if (!this.#checkOwned(written)) return;
      await this.#arrived(written, asked, events, final);
    }
  }

  /** Takes the events for the next write. */
  #take(): Taken {
    const events = this.#waiting.splice(0, countAtOnce(this.#waiting));
    return [events, this.#final && events.length > 0 && this.#waiting.length === 0];
  }

  /** The log has these events, by a write that began at `asked`. */
  async #arrived(written: Written, asked: number, events: readonly Waiting[], final: boolean): Promise<void> {
    this.#oursAt = asked;
    const last = events.at(-1);
    if (last === undefined) return;
    for (const event of events) if (event.careful) this.#send(event.seq, event.data, final && event === last);
    await this.#forward(written, events, final);
    if (final) await this.#conclude(written, () => this.#log.append([last], true), last);
  }

  #send(seq: number, data: string, final: boolean): void {
    this.#client.send({ id: this.#prefix + seq, data });
    if (final) this.detach();
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
      if (this.#checkOwned(rewritten)) await this.#forward(rewritten, [end], true);
      return rewritten;
    });
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
  async #forward(written: Written, events: readonly Forwarded[], ends: boolean): Promise<void> {
    const follower: Connection | undefined = written.state === 'stored' ? written.follower : undefined;
    const last = events.at(-1);
    if (follower === undefined || last === undefined) return;
    // The client has a newer connection, and the newest counts. The first one is only half open.
    this.detach();
    const { connection } = follower;
    if (follower.pod === this.#context.pod) {
      for (const event of events) this.#followers.deliver(connection, { ...event, final: ends && event === last });
      return;
    }
    const { seq, data } = last;
    const { store } = this.#context;
    const message = {
      type: 'event',
      ...this.#key,
      connection,
      seq,
      final: ends,
      ...(data === undefined ? {} : { data }),
    } as const;
    await retryWhileStoreAway(this.#context, () => store.inbox.send(follower.pod, message));
  }
}
