import type { JsonRpcNotification } from '../../core/json/json-rpc.ts';
import type { EventSink, Reply } from '../../core/reply.ts';
import type { EventPlace } from '../../core/session/event-id.ts';
import { hasFirstEventId } from '../../core/session/session.ts';
import { type Change, concerns, lastOfEach, type PositionedChange } from '../../core/store/change-log.ts';
import type { Connection } from '../../core/store/event-log.ts';
import { type Attached, comparePositions, type StandingEvent } from '../../core/store/standing-log.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';
import { endWhenOld } from './end-when-old.ts';
import { delayAfterReplaced } from './reconnect-delay.ts';
import type { StreamSession } from './stream-session.ts';

interface Standing {
  readonly connection: string;
  readonly live: StreamSession;
  readonly prefix: string;
  readonly onEnd: () => void;
  sink?: EventSink;
  /** The last positions that the client has, in the session's log (`position`) and in the log of changes (`changes`). */
  position: string;
  changes: string;
  /** The last position that the store knows to be delivered, by this connection of the session or an earlier one. */
  delivered: string;
  /** The pod is reading the logs, or the client reads slowly. The pod reads messages that arrive now from the logs later, so no buffer grows here. */
  busy: boolean;
  /** A message arrived while `busy`. */
  behind: boolean;
}

type StandingPlace = Extract<EventPlace, { kind: 'standing' }>;

/** The standing GET streams on this pod. A session has one on all pods together: the newest. */
export class StandingStreams {
  readonly #context: PodContext;
  readonly #open = new Map<string, Standing>();
  /** How long a client waits before it reconnects, once this pod drains. A stream that is still opening then ends as soon as it is open. */
  #retryMs: (() => number) | undefined;

  constructor(context: PodContext) {
    this.#context = context;
  }

  /**
   * Answers a GET with a standing stream. The stream begins after `place`, or without it at the first message that no connection of the session has
   * had. False: the session is gone, and nothing was answered. Otherwise calls `onEnd` when the stream has ended.
   */
  async open(live: StreamSession, place: StandingPlace | undefined, reply: Reply, onEnd: () => void): Promise<boolean> {
    const { pod, random, eventIds, meter } = this.#context;
    const connection = random();
    const prefix = eventIds.standingPrefix(live.id);
    const start = { position: '0-0', changes: '0-0', delivered: '0-0', busy: true, behind: true };
    const standing: Standing = { connection, live, prefix, onEnd, ...start };
    const older = this.#open.get(live.id);
    // The store must know this before it says where to begin.
    if (older !== undefined) this.#tellDelivered(older);
    this.#open.set(live.id, standing);
    const attached = await this.#attach(standing, place).catch((error: unknown) => {
      this.#forget(standing);
      older?.sink?.end();
      throw error;
    });
    const retryMs = delayAfterReplaced(this.#context.options.retryMs, attached?.replaced ?? 0);
    older?.sink?.end(retryMs);
    if (attached === undefined) {
      this.#forget(standing);
      return false;
    }
    const { previous } = attached;
    if (previous !== undefined && previous.pod !== pod) this.#replace(live.id, previous, retryMs);
    if (place !== undefined) meter.resumed('standing');
    this.#start(standing, reply.stream('standing'));
    return true;
  }

  /** Makes `standing` the session's one connection, and sets where it begins. */
  async #attach(standing: Standing, place: StandingPlace | undefined): Promise<Attached | undefined> {
    const { store, pod } = this.#context;
    const attached = await store.standing.attach(standing.live.id, { pod, connection: standing.connection });
    if (attached === undefined) return undefined;
    standing.delivered = attached.position;
    standing.position = place?.position ?? attached.position;
    standing.changes = place?.changes ?? attached.changes ?? (await store.changes.tail());
    return attached;
  }

  /** Stores a message for the session's standing stream, and delivers it if the stream is open on any pod. Rejects if there is no such session. */
  readonly send = async (session: string, data: string): Promise<void> => {
    const { store, pod } = this.#context;
    const stored = await store.standing.append(session, data);
    if (stored === undefined) throw new Error('The session has ended; nothing was sent.');
    const { position, previous, holder } = stored;
    if (holder === undefined) return;
    const event = { position, previous, data };
    if (holder.pod === pod) this.deliver(session, holder.connection, event);
    else
      await store.inbox.send(holder.pod, { type: 'standing-event', session, connection: holder.connection, ...event });
  };

  /** Delivers a message to a connection on this pod. `previous` is the position of the message before it. */
  deliver(session: string, connection: string, event: StandingEvent & { readonly previous?: string }): void {
    const standing = this.#open.get(session);
    if (standing?.connection !== connection || comparePositions(event.position, standing.position) <= 0) return;
    if (standing.busy) standing.behind = true;
    else if (!follows(event, standing)) this.#catchUp(standing);
    else if (!this.#writeEvent(standing, event)) this.#catchUp(standing);
  }

  /** Tells all standing streams here of a change. */
  deliverChange(change: PositionedChange): void {
    for (const standing of this.#open.values()) {
      if (standing.busy) standing.behind = true;
      else if (isForSubscribers(change) && !standing.live.isFresh) this.#catchUp(standing);
      else if (!this.#writeChange(standing, change)) this.#catchUp(standing);
    }
  }

  /** Makes every stream read its logs again, because this pod may have missed mail. */
  recheck(): void {
    for (const standing of this.#open.values()) {
      if (standing.busy) standing.behind = true;
      else this.#catchUp(standing);
    }
  }

  /** Tells the store how far the connections here have got. A new connection without an event id begins there. */
  tellDelivered(): void {
    for (const standing of this.#open.values()) this.#tellDelivered(standing);
  }

  /** Ends the session's connection here; with `connection` only that one. Its client comes back after `retryMs`, if given. */
  end(session: string, connection?: string, retryMs?: number): void {
    const standing = this.#open.get(session);
    if (standing === undefined || (connection !== undefined && standing.connection !== connection)) return;
    this.#open.delete(session);
    standing.sink?.end(retryMs);
  }

  /** Ends all connections, also those that are still opening. Each client comes back on another pod, after the time that `retryMs` returns for it. */
  endAll(retryMs: () => number): void {
    this.#retryMs = retryMs;
    for (const { sink } of [...this.#open.values()]) sink?.end(retryMs());
  }

  #replace(session: string, { pod, connection }: Connection, retryMs: number): void {
    const { store, background } = this.#context;
    const message = { type: 'standing-replaced', session, connection, retryMs } as const;
    background.run('replace standing stream', store.inbox.send(pod, message));
  }

  #tellDelivered(standing: Standing): void {
    const { position, changes, delivered, connection } = standing;
    if (comparePositions(position, delivered) <= 0) return;
    standing.delivered = position;
    const { store, pod, background } = this.#context;
    const told = store.standing.delivered(standing.live.id, { pod, connection }, { position, changes });
    background.run('note what a standing stream delivered', told);
  }

  #forget(standing: Standing): boolean {
    const { id } = standing.live;
    return this.#open.get(id) === standing && this.#open.delete(id);
  }

  #start(standing: Standing, sink: EventSink): void {
    standing.sink = sink;
    sink.onClose(() => this.#left(standing));
    // A newer connection replaced this one while it was opening.
    if (this.#open.get(standing.live.id) !== standing) {
      sink.end();
      return;
    }
    const { record } = standing.live.session;
    endWhenOld(this.#context, record, sink);
    if (hasFirstEventId(record)) {
      sink.send({ id: this.#id(standing), retry: this.#context.options.retryMs, data: '' });
    }
    if (this.#retryMs === undefined) this.#catchUp(standing);
    else sink.end(this.#retryMs());
  }

  /** Sends the client the messages of the logs, as fast as the client reads. */
  #catchUp(standing: Standing): void {
    standing.busy = true;
    this.#context.background.run('catch up standing stream', this.#readOn(standing));
  }

  async #readOn(standing: Standing): Promise<void> {
    const { id } = standing.live;
    do {
      standing.behind = false;
      await standing.sink?.drained();
      if (this.#open.get(id) !== standing) return;
      if (!(await this.#sendMissed(standing))) this.end(id, standing.connection);
    } while (standing.behind);
    standing.busy = false;
  }

  /** Sends the messages and changes that the client misses. False: another connection has the stream now, or the session is gone. */
  async #sendMissed(standing: Standing): Promise<boolean> {
    const { store, pod } = this.#context;
    const read = await retryWhileStoreAway(this.#context, () =>
      store.standing.read(standing.live.id, standing.position),
    );
    if (read?.holder?.pod !== pod || read.holder.connection !== standing.connection) return false;
    for (const event of read.events) {
      if (!this.#writeEvent(standing, event)) await standing.sink?.drained();
    }
    const changes = await retryWhileStoreAway(this.#context, () => store.changes.after(standing.changes));
    if (changes.some(isForSubscribers) && !standing.live.isFresh) await standing.live.refresh();
    for (const change of lastOfEach(changes)) {
      if (!this.#writeChange(standing, change)) await standing.sink?.drained();
    }
    return true;
  }

  #id(standing: Standing): string {
    return `${standing.prefix}${standing.position}.${standing.changes}`;
  }

  /** False: the client reads slowly. */
  #writeEvent(standing: Standing, { position, data }: StandingEvent): boolean {
    if (comparePositions(position, standing.position) <= 0) return true;
    standing.position = position;
    return standing.sink?.send({ id: this.#id(standing), data }) ?? true;
  }

  #writeChange(standing: Standing, { position, change }: PositionedChange): boolean {
    if (comparePositions(position, standing.changes) <= 0) return true;
    standing.changes = position;
    const { record, subscriptions } = standing.live.session;
    const notification = concerns(change, record.principal) ? notificationOf(change, subscriptions) : undefined;
    if (notification === undefined) return true;
    return standing.sink?.send({ id: this.#id(standing), data: JSON.stringify(notification) }) ?? true;
  }

  #left(standing: Standing): void {
    if (this.#forget(standing)) {
      const { store, pod, background } = this.#context;
      const { connection, position, changes, delivered } = standing;
      const furthest = comparePositions(position, delivered) > 0 ? position : delivered;
      const left = store.standing.detach(standing.live.id, { pod, connection }, { position: furthest, changes });
      background.run('detach standing stream', left);
    }
    standing.onEnd();
  }
}

function isForSubscribers({ change }: PositionedChange): boolean {
  return change.kind === 'resource_updated';
}

/** Whether the client misses nothing before this message. False if an older build sent it, because such a build does not say. */
function follows({ previous }: { readonly previous?: string }, { position }: Standing): boolean {
  return previous !== undefined && comparePositions(previous, position) <= 0;
}

/** What a legacy client is told of a change. Undefined: nothing, because it has not subscribed. */
function notificationOf(change: Change, subscriptions: ReadonlySet<string>): JsonRpcNotification | undefined {
  switch (change.kind) {
    case 'tools_list_changed':
      return { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
    case 'prompts_list_changed':
      return { jsonrpc: '2.0', method: 'notifications/prompts/list_changed' };
    case 'resources_list_changed':
      return { jsonrpc: '2.0', method: 'notifications/resources/list_changed' };
    case 'resource_updated': {
      if (!subscriptions.has(change.uri)) return undefined;
      return { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: change.uri } };
    }
  }
}
