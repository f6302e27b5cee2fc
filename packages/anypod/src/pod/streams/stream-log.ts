import type { StreamEvent, StreamKey, Written } from '../../core/store/event-log.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';

/** The most events and characters of one write. The store serves no other client during a write, and must answer before the write times out. */
const MOST_AT_ONCE = 100;
const MOST_LENGTH = 1024 * 1024;

/** How many of the first events go in one write: at least one, if there is one. */
export function countAtOnce(events: readonly { readonly data: string }[]): number {
  let length = 0;
  const over = events.findIndex(({ data }, index) => {
    length += data.length;
    return index >= MOST_AT_ONCE || (index > 0 && length > MOST_LENGTH);
  });
  return over < 0 ? events.length : over;
}

/** Which log this pod writes, under which epoch, and what the pod needs to write it again. */
export interface LogIdentity {
  readonly key: StreamKey;
  readonly epoch: number;
  /** JSON of the exchange's requests. */
  readonly requests: string;
  /** The seq before this owner's first one: 0, or the last one of the previous owner. */
  readonly follows: number;
}

/**
 * Writes one log, in order and one write at a time. While the store is away it repeats a write until it succeeds, so an outage loses nothing.
 * Replication is asynchronous, so a failover may lose the end of the log. Then it writes the lost events again with the same numbers.
 */
export class StreamLog {
  readonly #context: PodContext;
  readonly #identity: LogIdentity;
  /** The newest events that were written, up to `keptBytes`. */
  readonly #kept: StreamEvent[] = [];
  #keptBytes = 0;
  /** Whether other pods find this pod as the owner of the log. They do if it has taken the log over. */
  #noted: boolean;

  constructor(context: PodContext, identity: LogIdentity) {
    this.#context = context;
    this.#identity = identity;
    this.#noted = identity.epoch > 1;
  }

  /**
   * Creates the log with its first events. `final`: it is complete. If it is not, other pods find that this pod owns it. Calls `onAway` whenever the
   * store turns out to be away.
   */
  async begin(events: readonly StreamEvent[], final: boolean, onAway: () => void): Promise<Written> {
    for (const event of events) this.#keep(event);
    const { store, pod } = this.#context;
    const { key, requests } = this.#identity;
    this.#noted = !final;
    return this.#persist(() => store.events.begin(key, pod, requests, events, final), onAway);
  }

  /** Creates a log that the store has lost, without its events. Gives a log that it has its full idle time again. */
  async open(): Promise<Written> {
    const { store, pod } = this.#context;
    const { key, epoch, requests, follows } = this.#identity;
    this.#noted = true;
    await this.#persist(() => store.ownership.add(pod, key));
    return this.#persist(() => store.events.open(key, pod, epoch, requests, follows));
  }

  /** Appends at least one event. Resolves when the events are stored, or cannot be stored any more. */
  append(events: readonly StreamEvent[], final: boolean): Promise<Written> {
    for (const event of events) this.#keep(event);
    const { store, pod } = this.#context;
    const { key, epoch } = this.#identity;
    return this.#write(() => store.events.append(key, epoch, events, final, pod), events[0]?.seq ?? 0);
  }

  /** Ends the log without a last event. */
  finish(): Promise<Written> {
    const { store, pod } = this.#context;
    const { key, epoch } = this.#identity;
    const last = this.#kept.at(-1)?.seq ?? 0;
    return this.#write(() => store.events.finish(key, epoch, last, pod), Number.POSITIVE_INFINITY);
  }

  /** Repeats the last write until it is on as many replicas as the store requires. After that no failover can make another write necessary. */
  async settle(last: Written, again: () => Promise<Written>): Promise<void> {
    let written = last;
    while (written.state === 'stored' && written.unreplicated === true && !this.#context.closing.aborted) {
      written = await again();
    }
  }

  /** Removes the note that this pod owns the log, because another pod owns it. */
  async release(): Promise<void> {
    if (!this.#noted) return;
    const { store, pod } = this.#context;
    await this.#persist(() => store.ownership.remove(pod, this.#identity.key));
  }

  async #write(write: () => Promise<Written>, before: number): Promise<Written> {
    for (;;) {
      const written = await this.#persist(write);
      if (written.state !== 'missing') return written;
      const restored = await this.#restore(written.last, before);
      if (restored.state !== 'stored') return restored;
    }
  }

  /** Writes again what the store lost: everything after `last` and before seq `before`. */
  async #restore(last: number, before: number): Promise<Written> {
    const { store, log } = this.#context;
    const { key, epoch } = this.#identity;
    const lost = this.#kept.filter(({ seq }) => seq > last && seq < before);
    log.warn({ stream: key.stream, events: lost.length }, 'the store lost the end of a log; writing it again');
    if (last < 0) {
      const opened = await this.open();
      if (opened.state !== 'stored') return opened;
    }
    for (const left = [...lost]; left.length > 0; ) {
      const some = left.splice(0, countAtOnce(left));
      const written = await this.#persist(() => store.events.append(key, epoch, some, false));
      if (written.state === 'fenced' || written.state === 'gone') return written;
      if (written.state === 'missing') return { state: 'gone' };
    }
    return { state: 'stored' };
  }

  #keep(event: StreamEvent): void {
    if ((this.#kept.at(-1)?.seq ?? 0) >= event.seq) return;
    this.#kept.push(event);
    this.#keptBytes += event.data.length;
    while (this.#keptBytes > this.#context.options.keptBytes && this.#kept.length > 1) {
      this.#keptBytes -= this.#kept.shift()?.data.length ?? 0;
    }
  }

  #persist<T>(write: () => Promise<T>, onAway?: () => void): Promise<T> {
    return retryWhileStoreAway(this.#context, write, onAway);
  }
}
