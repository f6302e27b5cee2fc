import { LRUCache } from 'lru-cache';
import type { JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { Session } from '../../core/session/session.ts';
import { NOTIFICATION_BYTES } from '../../core/store/session-store.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';
import { LiveSession, type SendStanding, type SessionHolder } from './live-session.ts';
import type { Notification } from './told-server.ts';

/** Approximate bytes of a session without a server: its record and the pod's data about it. */
const RECORD_BYTES = 2048;
const TOMBSTONES = 10_000;
const TOMBSTONE_MS = 60_000;

interface Loading {
  /** A change was announced during the load, so the loaded session may be old. */
  stale: boolean;
  result: Promise<LiveSession | undefined>;
}

/** The client's session has ended, or never existed. Both get the same message. */
export function sessionNotFound(id: RequestId | null): JsonRpcResponse {
  return rpcError(
    id,
    RPC.sessionNotFound,
    'Session not found: it expired, was ended, or never existed. Start a new one with initialize.',
  );
}

/**
 * The sessions that this pod holds, bounded in bytes and time. Sessions in use count for the bounds, but stay even above them. The store has the
 * current state, and this cache may be out of date: a pod that changes a session tells all pods that hold it.
 */
export class SessionCache {
  readonly #context: PodContext;
  readonly #cached: LRUCache<string, LiveSession>;
  /** Sessions in use that have no place in the cache. */
  readonly #beyond = new Map<string, LiveSession>();
  readonly #loading = new Map<string, Loading>();
  /** Sessions that ended a short time ago. A load that had already begun must not bring them back. Ids are never used again. */
  readonly #ended = new LRUCache<string, true>({ max: TOMBSTONES, ttl: TOMBSTONE_MS });
  readonly #sweeper: NodeJS.Timeout;

  readonly #onEnded: (id: string) => void;
  readonly #holder: SessionHolder;

  /** `onEnded`: a session has ended, so the pod must end its streams too. `onServerClosed`: the user's server has ended its session. `shareRegistry`: see `SessionHolder`. */
  constructor(
    context: PodContext,
    sendStanding: SendStanding,
    onEnded: (id: string) => void,
    onServerClosed: (live: LiveSession) => void,
    shareRegistry: (live: LiveSession) => Promise<void>,
  ) {
    this.#context = context;
    this.#holder = {
      isFresh: (live) => this.#fresh(live),
      refresh: async (live) => void (await retryWhileStoreAway(context, () => this.#load(live.id))),
      serverClosed: onServerClosed,
      shareRegistry,
      sendStanding,
    };
    this.#onEnded = onEnded;
    const { cacheBytes, cacheIdleMs } = context.options;
    this.#cached = new LRUCache({
      maxSize: cacheBytes,
      ttl: cacheIdleMs,
      updateAgeOnGet: true,
      dispose: (live, id, reason) => {
        if (reason === 'delete' || reason === 'set') return;
        if (live.uses > 0) this.#beyond.set(id, live);
        else context.background.run('close idle server', live.close());
      },
    });
    this.#sweeper = setInterval(() => this.#cached.purgeStale(), Math.max(1000, cacheIdleMs / 4)).unref();
  }

  /** Takes the session into use. The caller must release it. Undefined: there is none. Returns no promise if this pod holds a current copy. */
  take(id: string): LiveSession | undefined | Promise<LiveSession | undefined> {
    const held = this.#held(id);
    if (held !== undefined && this.#fresh(held)) return this.#use(held);
    return this.#load(id).then((live) => {
      if (live === undefined || this.#use(live) === undefined) return undefined;
      // The cache may have evicted it before it was in use.
      if (this.#held(id) === undefined) this.#beyond.set(id, live);
      return live;
    });
  }

  #use(live: LiveSession): LiveSession | undefined {
    if (live.ended) return undefined;
    live.uses += 1;
    if (this.#isDue(live)) this.#context.background.run('touch session', this.#touch(live));
    return live;
  }

  /** Adds a session that this pod is creating. It is in use until the caller releases it. */
  add(session: Session): LiveSession {
    const live = new LiveSession(this.#context, session, this.#holder, false);
    live.uses = 1;
    this.#keep(live);
    return live;
  }

  release(live: LiveSession): void {
    live.uses -= 1;
    if (live.uses > 0 || live.ended) return;
    if (this.#beyond.delete(live.id) || live.keptBytes !== this.#bytesOf(live)) this.#keep(live);
    if (this.#beyond.delete(live.id)) this.#context.background.run('close idle server', live.close());
  }

  /** Renews a session in use, if it is due. Ends it on this pod if the store no longer has it. */
  async renew(live: LiveSession): Promise<void> {
    if (!live.ended && live.uses > 0 && this.#isDue(live)) await this.#touch(live);
  }

  /** The session if this pod holds it, without taking it into use. */
  peek(id: string): LiveSession | undefined {
    return this.#held(id);
  }

  /**
   * The session has changed in the store, so its cached state is out of date. Reads it again at once if it is in use or has a server, because a server
   * may send messages at any time.
   */
  async changed(id: string): Promise<void> {
    const loading = this.#loading.get(id);
    if (loading !== undefined) loading.stale = true;
    const live = this.#held(id);
    if (live === undefined) return;
    live.stale = true;
    if (live.uses === 0 && !live.hasServer) return;
    await this.#load(id);
    await live.aligned();
  }

  /** The client has sent a notification. Stores it with the cached session and hands it to the server, if this pod has them. */
  async notified(id: string, notification: Notification): Promise<void> {
    const loading = this.#loading.get(id);
    if (loading !== undefined) loading.stale = true;
    await this.#held(id)?.notified(notification);
  }

  /** The session has ended. Aborts its requests on this pod and removes it. */
  async ended(id: string): Promise<void> {
    this.#ended.set(id, true);
    const live = this.#held(id);
    // Before its streams release it, because a session that goes on would return to the cache.
    if (live !== undefined) live.ended = true;
    this.#beyond.delete(id);
    this.#cached.delete(id);
    this.#onEnded(id);
    await live?.end(sessionNotFound);
  }

  /** Marks all cached sessions as out of date, because this pod may have missed changes. */
  distrust(): void {
    for (const loading of this.#loading.values()) loading.stale = true;
    for (const live of this.held) live.stale = true;
  }

  /** How many sessions this pod is loading from the store. */
  get loading(): number {
    return this.#loading.size;
  }

  /** The sessions in use. */
  get used(): readonly LiveSession[] {
    return this.held.filter(({ uses }) => uses > 0);
  }

  /** Every session on this pod. */
  get held(): readonly LiveSession[] {
    // `values` leaves out expired sessions. This moves those in use to `#beyond`.
    this.#cached.purgeStale();
    return [...this.#beyond.values(), ...this.#cached.values()];
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const all = this.held;
    this.#beyond.clear();
    for (const { id } of all) this.#cached.delete(id);
    await Promise.all(all.map((live) => live.close()));
  }

  #held(id: string): LiveSession | undefined {
    return this.#cached.get(id) ?? this.#beyond.get(id);
  }

  #bytesOf({ hasServer, session }: LiveSession): number {
    const large = session.notifications.filter(({ params }) => params !== undefined).length;
    return RECORD_BYTES + large * NOTIFICATION_BYTES + (hasServer ? this.#context.host.bytes : 0);
  }

  #keep(live: LiveSession): void {
    // `set` does not change the size of a value that the cache already has.
    this.#cached.delete(live.id);
    live.keptBytes = this.#bytesOf(live);
    this.#cached.set(live.id, live, { size: live.keptBytes });
    // The cache refuses a session that is larger than the whole cache.
    if (!this.#cached.has(live.id)) this.#beyond.set(live.id, live);
  }

  #fresh(live: LiveSession): boolean {
    const now = Date.now();
    const heard = live.loadedAt >= this.#context.heldSince();
    return heard && !live.stale && now - live.touchedAt < this.#context.options.sessionTtlMs;
  }

  #load(id: string): Promise<LiveSession | undefined> {
    const underWay = this.#loading.get(id);
    if (underWay !== undefined) return underWay.result;
    const loading = { stale: false } as Loading;
    loading.result = this.#read(id, loading).finally(() => this.#loading.delete(id));
    this.#loading.set(id, loading);
    return loading.result;
  }

  async #read(id: string, loading: Loading): Promise<LiveSession | undefined> {
    let session: Session | undefined;
    let asked: number;
    do {
      loading.stale = false;
      asked = this.#context.now();
      session = await this.#context.store.sessions.load(id, this.#context.pod);
    } while (loading.stale);
    if (session === undefined || this.#ended.has(id)) {
      if (this.#held(id) !== undefined) await this.ended(id);
      return undefined;
    }
    const held = this.#held(id);
    if (held === undefined) {
      const live = new LiveSession(this.#context, session, this.#holder);
      live.loadedAt = asked;
      this.#keep(live);
      return live;
    }
    held.stale = false;
    held.loadedAt = asked;
    held.touchedAt = Date.now();
    held.update(session);
    return held;
  }

  /** Whether it is time to renew the TTL: a tenth of it has passed. No request waits for the renewal. */
  #isDue({ touchedAt }: LiveSession): boolean {
    return Date.now() - touchedAt >= this.#context.options.sessionTtlMs / 10;
  }

  async #touch(live: LiveSession): Promise<void> {
    const before = live.touchedAt;
    live.touchedAt = Date.now();
    const exists = await this.#context.store.sessions.touch(live.id).catch((error: unknown) => {
      live.touchedAt = before;
      throw error;
    });
    if (!exists) await this.ended(live.id);
  }
}
