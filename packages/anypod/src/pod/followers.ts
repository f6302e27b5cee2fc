import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, Replay, StreamEvent, StreamKey } from '../core/event-log.ts';
import type { RequestId } from '../core/json-rpc.ts';
import type { EventSink, Reply } from '../core/reply.ts';
import { RPC, rpcError } from '../core/rpc-error.ts';
import type { PodContext } from './context.ts';

/** Waits between looks for a log that a client knows of, in ms: 1.5 s in all. */
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
  /** What arrived while the replay was being read. */
  readonly early: Delivered[];
  /** Deliveries are handled one after the other, since filling a gap waits. */
  tail: Promise<void>;
}

/** The connections on this pod that resume exchanges which any pod runs. */
export class Followers {
  readonly #context: PodContext;
  readonly #open = new Map<string, Follower>();

  constructor(context: PodContext) {
    this.#context = context;
  }

  /** Answers a GET with an exchange's event id: what the client missed, then what comes, until the final response. */
  async resume(
    session: string,
    place: { stream: string; request: RequestId; seq: number },
    reply: Reply,
  ): Promise<void> {
    const { eventIds, random } = this.#context;
    const key = { session, stream: place.stream };
    const connection = random();
    const prefix = eventIds.exchangePrefix(session, place.stream, place.request);
    const follower: Follower = { key, prefix, seq: place.seq, early: [], tail: Promise.resolve() };
    this.#open.set(connection, follower);
    const replay = await this.#follow(key, place.seq, connection).catch((error: unknown) => {
      this.#open.delete(connection);
      throw error;
    });
    if (replay?.previous !== undefined) this.#replace(replay.previous);
    if (replay === undefined || replay.truncated) {
      this.#open.delete(connection);
      answerGone(place.request, reply);
    } else if (replay.done && replay.events.length === 0) {
      this.#open.delete(connection);
      // The client has everything: 204 is how a server of events says that there is nothing to come back for (WHATWG HTML §9.2).
      reply.empty(204);
    } else {
      this.#start(connection, follower, replay, reply.stream());
    }
  }

  /** An event from the owner, over the inbox or from this very pod. */
  deliver(connection: string, event: Delivered): void {
    const follower = this.#open.get(connection);
    if (follower === undefined) return;
    if (follower.sink === undefined) follower.early.push(event);
    else this.#enqueue(connection, follower, event);
  }

  /** Ends a connection that a newer one has replaced. */
  end(connection: string): void {
    const follower = this.#open.get(connection);
    if (follower !== undefined) this.#end(connection, follower);
  }

  /** Messages may have been missed: every follower reads its log again. */
  recheck(): void {
    for (const [connection, follower] of this.#open) {
      this.#enqueue(connection, follower, { seq: Number.MAX_SAFE_INTEGER, final: false });
    }
  }

  /** Ends the connections of an ended session. */
  endSession(session: string): void {
    for (const [connection, follower] of this.#open) {
      if (follower.key.session === session) this.#end(connection, follower);
    }
  }

  /** Ends all connections; their clients resume elsewhere, after the time that `retryMs` gives for each. */
  endAll(retryMs: () => number): void {
    for (const [connection, follower] of this.#open) {
      this.#open.delete(connection);
      follower.sink?.end(retryMs());
    }
  }

  /**
   * An owner sends the first event id while it opens the log, so a client that comes back at once may be faster than the log: its id is
   * genuine, so a log that is not there yet gets a moment to appear.
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

  /** A client has one connection per stream, the newest; an older one is only half open. */
  #replace({ pod, connection }: Connection): void {
    const { background, store } = this.#context;
    if (pod === this.#context.pod) this.end(connection);
    else background.run('replace follower', store.inbox.send(pod, { type: 'follower-replaced', connection }));
  }

  #start(connection: string, follower: Follower, replay: Replay, sink: EventSink): void {
    follower.sink = sink;
    sink.onClose(() => this.#leave(connection, follower));
    this.#write(follower, replay.events);
    if (replay.done) this.#end(connection, follower);
    for (const event of follower.early.splice(0)) this.#enqueue(connection, follower, event);
  }

  #enqueue(connection: string, follower: Follower, event: Delivered): void {
    follower.tail = follower.tail.then(() => this.#accept(connection, follower, event));
    this.#context.background.run('follow stream', follower.tail);
  }

  async #accept(connection: string, follower: Follower, event: Delivered): Promise<void> {
    if (!this.#open.has(connection)) return;
    if (event.data !== undefined && event.seq === follower.seq + 1) {
      this.#write(follower, [{ seq: event.seq, data: event.data }]);
    } else if (event.seq > follower.seq) {
      await this.#catchUp(connection, follower);
    }
    if (event.final) this.#end(connection, follower);
  }

  /** Reads what was missed; where it is not kept any more the connection ends, and a resume gets the honest error. */
  async #catchUp(connection: string, follower: Follower): Promise<void> {
    const missed = await this.#context.store.events.read(follower.key, follower.seq);
    if (missed !== undefined && !missed.truncated) this.#write(follower, missed.events);
    if (missed === undefined || missed.truncated || missed.done) this.#end(connection, follower);
  }

  #write(follower: Follower, events: readonly StreamEvent[]): void {
    for (const { seq, data } of events) {
      if (seq <= follower.seq) continue;
      follower.seq = seq;
      follower.sink?.send({ id: follower.prefix + seq, data });
    }
  }

  #end(connection: string, follower: Follower): void {
    this.#open.delete(connection);
    follower.sink?.end();
  }

  /** The client went away first: nobody needs to deliver here any more. */
  #leave(connection: string, follower: Follower): void {
    if (!this.#open.delete(connection)) return;
    const { background, store, pod } = this.#context;
    background.run('unfollow', store.events.unfollow(follower.key, { pod, connection }));
  }
}

/** The log is gone: an error for that very request, never a silent gap, never a status that uses up the client's attempts. */
function answerGone(request: RequestId, reply: Reply): void {
  const message = 'The result of this request is no longer kept. Call again if the call is safe to repeat.';
  const sink = reply.stream();
  sink.send({
    data: JSON.stringify(rpcError(request, RPC.internal, message, { reason: 'stream_expired', retry: false })),
  });
  sink.end();
}
