import { setTimeout as delay } from 'node:timers/promises';
import type { RequestId } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { EventSink, Reply } from '../../core/reply.ts';
import { hasPrimingEvents } from '../../core/session/protocol-version.ts';
import type { Connection, Replay, StreamEvent, StreamKey } from '../../core/store/event-log.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';
import { endWhenOld } from './end-when-old.ts';
import type { StreamSession } from './stream-session.ts';

/** How long the pod waits between its attempts to find a log that a client knows, in ms: 1.5 s in all. */
const LOG_APPEARS_WITHIN_MS = [10, 40, 150, 300, 500, 500, 0];

interface Delivered {
  readonly seq: number;
  readonly final: boolean;
  readonly data?: string;
}

interface Follower {
  readonly key: StreamKey;
  readonly prefix: string;
  /** The last seq that the client has. */
  seq: number;
  sink?: EventSink;
  /** The pod is reading the log, or the client reads slowly. The pod reads events that arrive now from the log later, so no buffer grows here. */
  busy: boolean;
  /** An event arrived while `busy`. */
  behind: boolean;
  /** The store may have lost the registration of this follower. */
  doubtful: boolean;
}

/** The connections on this pod that resume exchanges. Any pod may run these exchanges. */
export class Followers {
  readonly #context: PodContext;
  readonly #open = new Map<string, Follower>();

  constructor(context: PodContext) {
    this.#context = context;
  }

  /**
   * Answers a GET with an exchange's event id. Sends the events that the client missed, then the new ones, up to the final response. Returns whether
   * the answer is a stream that stays open. If so, calls `onEnd` when it has ended.
   */
  async resume(
    { id: session, session: { record } }: StreamSession,
    place: { stream: string; request: RequestId; seq: number },
    reply: Reply,
    onEnd: () => void,
  ): Promise<boolean> {
    const { eventIds, random, meter } = this.#context;
    const key = { session, stream: place.stream };
    const connection = random();
    const prefix = eventIds.exchangePrefix(session, place.stream, place.request);
    const follower: Follower = { key, prefix, seq: place.seq, busy: true, behind: false, doubtful: false };
    this.#open.set(connection, follower);
    const replay = await this.#follow(key, place.seq, connection).catch((error: unknown) => {
      this.#open.delete(connection);
      throw error;
    });
    if (replay?.previous !== undefined) this.#replace(replay.previous);
    if (replay === undefined || replay.truncated) {
      this.#open.delete(connection);
      meter.resumed('expired');
      answerGone(place.request, reply);
      return false;
    }
    if (replay.done && replay.events.length === 0) {
      this.#open.delete(connection);
      // The client has all events. 204 tells it not to reconnect (WHATWG HTML §9.2).
      meter.resumed('finished');
      reply.empty(204);
      return false;
    }
    meter.resumed(replay.done ? 'replayed' : 'live');
    follower.sink = reply.stream('request');
    follower.sink.onClose(() => {
      this.#leave(connection, follower);
      onEnd();
    });
    if (replay.events.length === 0) this.#prime(follower, record.protocolVersion);
    endWhenOld(this.#context, record, follower.sink);
    this.#catchUp(connection, follower, replay);
    return true;
  }

  /** Whether a client resumes this exchange here. Undefined: any exchange. */
  has(key?: StreamKey): boolean {
    if (key === undefined) return this.#open.size > 0;
    return [...this.#open.values()].some((one) => one.key.session === key.session && one.key.stream === key.stream);
  }

  /** Takes an event from the owner, which may be this pod. */
  deliver(connection: string, event: Delivered): void {
    const follower = this.#open.get(connection);
    if (follower === undefined) return;
    if (follower.busy) {
      follower.behind = true;
    } else if (event.data !== undefined && event.seq === follower.seq + 1) {
      const room = this.#send(follower, { seq: event.seq, data: event.data });
      if (event.final) this.#end(connection, follower);
      else if (!room) this.#catchUp(connection, follower);
    } else if (event.seq > follower.seq || event.final) {
      this.#catchUp(connection, follower);
    }
  }

  /** Ends a connection that a newer one has replaced. */
  end(connection: string): void {
    const follower = this.#open.get(connection);
    if (follower !== undefined) this.#end(connection, follower);
  }

  /** Makes every follower read its log again. This pod may have missed mail, and the store may have lost registrations in a failover. */
  recheck(): void {
    for (const [connection, follower] of this.#open) {
      follower.doubtful = true;
      if (follower.busy) follower.behind = true;
      else this.#catchUp(connection, follower);
    }
  }

  /** Ends the connections of an ended session. */
  endSession(session: string): void {
    for (const [connection, follower] of this.#open) {
      if (follower.key.session === session) this.#end(connection, follower);
    }
  }

  /** Ends all connections. Each client resumes on another pod, after the time that `retryMs` returns for it. */
  endAll(retryMs: () => number): void {
    for (const [connection, follower] of this.#open) {
      this.#open.delete(connection);
      follower.sink?.end(retryMs());
    }
  }

  /**
   * Registers the follower and reads the log. An owner that cannot reach the store sends event ids before it can open the log, so a client that comes
   * back at once may be faster than the log. Its id is genuine, so the pod waits a moment for a log that does not exist yet.
   */
  async #follow(key: StreamKey, after: number, connection: string): Promise<Replay | undefined> {
    const { store, pod } = this.#context;
    for (const waitMs of LOG_APPEARS_WITHIN_MS) {
      const replay = await store.events.follow(key, after, { pod, connection });
      if (replay !== undefined) return replay;
      await delay(waitMs, undefined, { ref: false });
    }
    return undefined;
  }

  /** Sends the event id again. The official clients forget the id that they resumed with, and need it if this connection ends without an event. */
  #prime({ sink, prefix, seq }: Follower, protocolVersion: string): void {
    if (!hasPrimingEvents(protocolVersion)) return;
    sink?.send({ id: prefix + seq, retry: this.#context.options.retryMs, data: '' });
  }

  /** Ends the older connection of a stream. A client has one connection per stream, the newest. An older one is only half open. */
  #replace({ pod, connection }: Connection): void {
    const { background, store } = this.#context;
    if (pod === this.#context.pod) this.end(connection);
    else background.run('replace follower', store.inbox.send(pod, { type: 'follower-replaced', connection }));
  }

  /** Sends the client the events of the log, `replay` first, as fast as the client reads. */
  #catchUp(connection: string, follower: Follower, replay?: Replay): void {
    follower.busy = true;
    const reading = this.#readOn(connection, follower, replay).catch((error: unknown) => {
      // The client resumes, and gets an answer that says what is wrong.
      this.#end(connection, follower);
      throw error;
    });
    this.#context.background.run('follow stream', reading);
  }

  async #readOn(connection: string, follower: Follower, replay: Replay | undefined): Promise<void> {
    let next = replay;
    do {
      if (next === undefined) follower.behind = false;
      await follower.sink?.drained();
      if (!this.#open.has(connection)) return;
      next ??= await retryWhileStoreAway(this.#context, () => this.#read(connection, follower));
      if (next === undefined || next.truncated) {
        // Another connection has replaced this one, or the log is gone. If it is gone, a resume gets an error that says so.
        this.#end(connection, follower);
        return;
      }
      await this.#sendAll(follower, next.events);
      if (next.done) {
        this.#end(connection, follower);
        return;
      }
      next = undefined;
    } while (follower.behind);
    follower.busy = false;
  }

  /** Reads the next events. Undefined: the log is gone, or another connection follows it. */
  async #read(connection: string, follower: Follower): Promise<Replay | undefined> {
    const { store, pod } = this.#context;
    const { key, seq, doubtful } = follower;
    if (!doubtful) return store.events.read(key, seq);
    const replay = await store.events.follow(key, seq, { pod, connection }, true);
    follower.doubtful = false;
    const { previous } = replay ?? {};
    const replaced = previous !== undefined && (previous.pod !== pod || previous.connection !== connection);
    return replaced ? undefined : replay;
  }

  async #sendAll(follower: Follower, events: readonly StreamEvent[]): Promise<void> {
    for (const event of events) {
      if (!this.#send(follower, event)) await follower.sink?.drained();
    }
  }

  #send(follower: Follower, { seq, data }: StreamEvent): boolean {
    if (seq <= follower.seq) return true;
    follower.seq = seq;
    return follower.sink?.send({ id: follower.prefix + seq, data }) ?? true;
  }

  #end(connection: string, follower: Follower): void {
    this.#open.delete(connection);
    follower.sink?.end();
  }

  /** The client disconnected first. The owner need not deliver events here any more. */
  #leave(connection: string, follower: Follower): void {
    if (!this.#open.delete(connection)) return;
    const { background, store, pod } = this.#context;
    background.run('unfollow', store.events.unfollow(follower.key, { pod, connection }));
  }
}

/**
 * Answers a resume of a log that is gone with an error for that request. A gap would stay unnoticed, and an HTTP error would use up the client's
 * attempts.
 */
function answerGone(request: RequestId, reply: Reply): void {
  const message = 'The result of this request is no longer kept. Call again if the call is safe to repeat.';
  const sink = reply.stream('request');
  sink.send({
    data: JSON.stringify(rpcError(request, RPC.internal, message, { reason: 'stream_expired', retry: false })),
  });
  sink.end();
}
