import type { Change, PositionedChange } from '../core/change-log.ts';
import type { EventPlace } from '../core/event-id.ts';
import type { JsonRpcNotification } from '../core/json-rpc.ts';
import { hasPrimingEvents } from '../core/protocol-version.ts';
import type { EventSink, Reply } from '../core/reply.ts';
import { comparePositions, type StandingEvent } from '../core/standing-log.ts';
import type { PodContext } from './context.ts';
import type { LiveSession } from './live-session.ts';

interface Standing {
  readonly connection: string;
  readonly live: LiveSession;
  readonly prefix: string;
  readonly onEnd: () => void;
  sink?: EventSink;
  /** The last places that the client has, in its own log and in the log of changes. */
  position: string;
  changes: string;
  /** What arrived while the replay was being read. */
  readonly early: (() => void)[];
}

/** The standing GET streams on this pod. A session has one, the newest, wherever it is. */
export class StandingStreams {
  readonly #context: PodContext;
  readonly #open = new Map<string, Standing>();

  constructor(context: PodContext) {
    this.#context = context;
  }

  /**
   * Answers a GET with a standing stream, from `place` on where the client was connected before. False: the session is gone and nothing
   * was answered. `onEnd` is called when the stream has ended, but not where nothing was answered.
   */
  async open(
    live: LiveSession,
    place: Extract<EventPlace, { kind: 'standing' }> | undefined,
    reply: Reply,
    onEnd: () => void,
  ): Promise<boolean> {
    const { store, pod, random, eventIds } = this.#context;
    const connection = random();
    const prefix = eventIds.standingPrefix(live.id);
    const standing: Standing = { connection, live, prefix, onEnd, position: '0-0', changes: '0-0', early: [] };
    const changesFrom = place?.changes ?? (await store.changes.tail());
    this.#replace(live.id, standing);
    const attached = await store.standing
      .attach(live.id, { pod, connection }, place?.position)
      .catch((error: unknown) => {
        this.#forget(standing);
        throw error;
      });
    if (attached === undefined) {
      this.#forget(standing);
      return false;
    }
    if (attached.previous !== undefined && attached.previous.pod !== pod) {
      const replaced = {
        type: 'standing-replaced',
        session: live.id,
        connection: attached.previous.connection,
      } as const;
      this.#context.background.run('replace standing stream', store.inbox.send(attached.previous.pod, replaced));
    }
    standing.position = place?.position ?? attached.position;
    standing.changes = changesFrom;
    this.#start(standing, attached.events, await store.changes.after(changesFrom), reply);
    return true;
  }

  /** Stores a message for the session's standing stream and delivers it, if one is open anywhere. */
  readonly send = async (session: string, data: string): Promise<void> => {
    const { store, pod } = this.#context;
    const stored = await store.standing.append(session, data);
    if (stored?.holder === undefined) return;
    const { position, holder } = stored;
    if (holder.pod === pod) this.deliver(session, holder.connection, { position, data });
    else {
      const message = { type: 'standing-event', session, connection: holder.connection, position, data } as const;
      await store.inbox.send(holder.pod, message);
    }
  };

  /** A message for a connection on this pod. */
  deliver(session: string, connection: string, event: StandingEvent): void {
    const standing = this.#open.get(session);
    if (standing?.connection !== connection) return;
    this.#whenStarted(standing, () => this.#writeEvent(standing, event));
  }

  /** A change that every client may care about. */
  deliverChange(change: PositionedChange): void {
    for (const standing of this.#open.values()) {
      this.#whenStarted(standing, () => this.#writeChange(standing, change));
    }
  }

  /** Ends the session's connection here; with `connection` only that one. */
  end(session: string, connection?: string): void {
    const standing = this.#open.get(session);
    if (standing === undefined || (connection !== undefined && standing.connection !== connection)) return;
    this.#open.delete(session);
    standing.sink?.end();
  }

  /** Ends all connections; their clients come back on other pods, after the time that `retryMs` gives for each. */
  endAll(retryMs: () => number): void {
    for (const { sink } of [...this.#open.values()]) sink?.end(retryMs());
  }

  #replace(session: string, standing: Standing): void {
    this.end(session);
    this.#open.set(session, standing);
  }

  #forget(standing: Standing): boolean {
    const { id } = standing.live;
    return this.#open.get(id) === standing && this.#open.delete(id);
  }

  #start(
    standing: Standing,
    events: readonly StandingEvent[],
    changes: readonly PositionedChange[],
    reply: Reply,
  ): void {
    const sink = reply.stream();
    standing.sink = sink;
    sink.onClose(() => this.#left(standing));
    if (hasPrimingEvents(standing.live.session.record.protocolVersion)) {
      sink.send({ id: this.#id(standing), retry: this.#context.options.retryMs, data: '' });
    }
    for (const event of events) this.#writeEvent(standing, event);
    for (const change of changes) this.#writeChange(standing, change);
    for (const write of standing.early.splice(0)) write();
    // Replaced while it was being opened: the newer one has the stream.
    if (this.#open.get(standing.live.id) !== standing) sink.end();
  }

  #whenStarted(standing: Standing, write: () => void): void {
    if (standing.sink === undefined) standing.early.push(write);
    else write();
  }

  #id(standing: Standing): string {
    return `${standing.prefix}${standing.position}.${standing.changes}`;
  }

  #writeEvent(standing: Standing, { position, data }: StandingEvent): void {
    if (comparePositions(position, standing.position) <= 0) return;
    standing.position = position;
    standing.sink?.send({ id: this.#id(standing), data });
  }

  #writeChange(standing: Standing, { position, change }: PositionedChange): void {
    if (comparePositions(position, standing.changes) <= 0) return;
    standing.changes = position;
    const notification = notificationOf(change, standing.live.session.subscriptions);
    if (notification !== undefined) standing.sink?.send({ id: this.#id(standing), data: JSON.stringify(notification) });
  }

  #left(standing: Standing): void {
    if (this.#forget(standing)) {
      const { store, pod, background } = this.#context;
      const holder = { pod, connection: standing.connection };
      background.run('detach standing stream', store.standing.detach(standing.live.id, holder));
    }
    standing.onEnd();
  }
}

/** What a legacy client is told of a change; undefined: it did not ask. */
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
