import type { AgeLimit } from '../core/age-limit.ts';
import type { Caller } from '../core/caller.ts';
import { principalOf } from '../core/caller.ts';
import type { Change, PositionedChange } from '../core/change-log.ts';
import { createEventIds, type EventPlace } from '../core/event-id.ts';
import type { Listening } from '../core/inbox.ts';
import type { JsonRpcMessage, JsonRpcRequest } from '../core/json-rpc.ts';
import { type Lease, mayJudge, type TakeLease } from '../core/lease.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import type { Reply } from '../core/reply.ts';
import { RPC, rpcError } from '../core/rpc-error.ts';
import type { ServerHost } from '../core/server-host.ts';
import type { InitializeParams } from '../core/session.ts';
import { createSessionId, isSessionId } from '../core/session-id.ts';
import type { RandomId, Signer } from '../core/signer.ts';
import type { Store } from '../core/store.ts';
import { createBackground } from './context/background.ts';
import type { PodContext } from './context/context.ts';
import { createDeadlines } from './context/deadlines.ts';
import { POD_DEFAULTS, type PodOptions } from './context/options.ts';
import { Drain } from './lifecycle/drain.ts';
import { holdLease, monotonicNow } from './lifecycle/lease.ts';
import { Confirmations } from './peers/confirmations.ts';
import { announceAnswer, createInboxHandler, type PodParts } from './peers/inbox-handler.ts';
import { Orphans } from './peers/orphans.ts';
import { PostHandler } from './requests/post-handler.ts';
import { createSessionRequests } from './requests/session-requests.ts';
import type { LiveSession } from './sessions/live-session.ts';
import { SessionCache, sessionNotFound } from './sessions/session-cache.ts';
import { Followers } from './streams/followers.ts';
import { StandingStreams } from './streams/standing-streams.ts';

/** How long writes may still be tried when the pod closes. */
const CLOSE_WITHIN_MS = 2000;

export interface PodDependencies {
  readonly pod: string;
  readonly store: Store;
  readonly host: ServerHost;
  readonly signer: Signer;
  readonly random: RandomId;
  readonly log: Log;
  readonly meter: Meter;
  /** Ends streams that are old. */
  readonly ageLimit: AgeLimit;
  /** Holds the pod's lease; default: from this thread. */
  readonly takeLease?: TakeLease;
  /** Every change, from whatever pod, in order. */
  readonly onChange: (change: Change) => void;
  /** A call that somebody here may wait for has ended. */
  readonly onCallEnded?: (call: string) => void;
}

/**
 * One pod: serves the sessions of legacy clients over the shared store. Every method that takes a `Reply` answers it exactly once, or
 * throws before it has answered.
 */
export class Pod {
  readonly #context: PodContext;
  readonly #parts: PodParts;
  readonly #posts: PostHandler;
  readonly #drain: Drain;
  readonly #onChange: (change: Change) => void;
  readonly #listening: Listening[] = [];
  readonly #takeLease: TakeLease;
  readonly #closing = new AbortController();
  #lease: Lease | undefined;
  #rereading: NodeJS.Timeout | undefined;

  constructor({ onChange, takeLease, ...dependencies }: PodDependencies, options: PodOptions = {}) {
    const settings = { ...POD_DEFAULTS, ...options };
    const context: PodContext = {
      ...dependencies,
      eventIds: createEventIds(dependencies.signer),
      background: createBackground(dependencies.log),
      options: settings,
      deadlines: createDeadlines(settings.upgradeAfterMs, monotonicNow),
      now: monotonicNow,
      heldSince: () => this.#heldSince(),
      mayJudge: () => this.#mayJudge(),
      closing: this.#closing.signal,
    };
    const standing = new StandingStreams(context);
    const followers = new Followers(context);
    const sessions = new SessionCache(context, standing.send, (ended) => {
      followers.endSession(ended);
      standing.end(ended);
    });
    const confirmations = new Confirmations(context);
    this.#context = context;
    this.#parts = { sessions, standing, confirmations, followers, orphans: new Orphans(context, sessions, followers) };
    this.#posts = new PostHandler(context, this.#parts, createSessionRequests(context, sessions, confirmations));
    this.#drain = new Drain(context, this.#parts);
    this.#onChange = onChange;
    this.#takeLease = takeLease ?? ((pod, leaseMs) => holdLease(context.store.pods, pod, leaseMs, context.log));
  }

  /** Takes the lease and begins to hear from other pods; rejects where the store cannot be reached. */
  async start(): Promise<void> {
    const { store, pod, background } = this.#context;
    await store.versions.look();
    this.#listening.push(
      await store.inbox.listen(pod, createInboxHandler(this.#context, this.#parts), () => this.#missed()),
    );
    this.#listening.push(await store.changes.follow((change) => this.#changed(change)));
    const { leaseMs } = this.#context.options;
    this.#lease = await this.#takeLease(pod, leaseMs);
    this.#rereading = setInterval(() => {
      this.#rereadQuestions();
      background.run('look at key versions', store.versions.look());
    }, leaseMs).unref();
    this.#parts.orphans.start();
  }

  /** Creates a session and answers with what the user's server says to `initialize`. */
  async initialize(request: JsonRpcRequest, caller: Caller, reply: Reply): Promise<void> {
    const { store, host, signer, random, pod, background, meter } = this.#context;
    const params = request.params as InitializeParams | undefined;
    if (params === undefined || typeof params.protocolVersion !== 'string') {
      const error = rpcError(request.id, RPC.invalidParams, 'initialize needs params.protocolVersion, a string.');
      reply.watch.answered(true);
      return reply.json(200, JSON.stringify(error));
    }
    const id = createSessionId(signer, random, store.versions.current());
    const principal = principalOf(caller.authInfo);
    const record = {
      id,
      protocolVersion: params.protocolVersion,
      initialize: params,
      createdAt: Date.now(),
      ...(principal === undefined ? {} : { principal }),
    };
    const session = { record, subscriptions: new Set<string>(), cancelled: new Set<string>() };
    const live = this.#parts.sessions.add(session);
    live.creating();
    try {
      const { server, response } = await host.initialize(id, params, live.outlet, caller);
      live.adopt(server);
      const body = JSON.stringify({ ...response, id: request.id });
      if (response.error !== undefined) {
        reply.watch.answered(true);
        background.run('close refused session', this.#parts.sessions.ended(id));
        return reply.json(200, body);
      }
      const protocolVersion = String(response.result?.['protocolVersion']);
      live.session = { ...session, record: { ...record, protocolVersion } };
      await store.sessions.create(live.session.record, pod);
      background.run('send what came early', live.stored());
      meter.sessionCreated();
      reply.json(200, body, { 'mcp-session-id': id });
    } catch (error) {
      background.run('close failed session', this.#parts.sessions.ended(id));
      throw error;
    } finally {
      this.#parts.sessions.release(live);
    }
  }

  /**
   * Takes the caller's session into use; whoever takes one must release it. Undefined where there is no such session for this caller:
   * unknown, expired, ended and foreign ids are all alike.
   */
  async take(id: string, caller: Caller): Promise<LiveSession | undefined> {
    const { sessions } = this.#parts;
    if (sessions.peek(id) === undefined && !isSessionId(this.#context.signer, id)) return undefined;
    const live = await sessions.take(id);
    if (live === undefined || live.session.record.principal === principalOf(caller.authInfo)) return live;
    sessions.release(live);
    return undefined;
  }

  /** Ends one use of a session. */
  release(live: LiveSession): void {
    this.#parts.sessions.release(live);
  }

  /** Serves a POST of messages in a session. */
  post(
    live: LiveSession,
    messages: readonly JsonRpcMessage[],
    batch: boolean,
    caller: Caller,
    reply: Reply,
  ): Promise<void> {
    return this.#posts.post(live, messages, batch, caller, reply);
  }

  /** The place that an event id names in this session; undefined: it is not one that we made. Needs no store. */
  placeOf(session: string, eventId: string): EventPlace | undefined {
    return this.#context.eventIds.parse(session, eventId);
  }

  /** Serves a GET: the standing stream, or with an exchange's event id the rest of that exchange. */
  async listen(live: LiveSession, lastEventId: string | undefined, reply: Reply): Promise<void> {
    const place = lastEventId === undefined ? undefined : this.#context.eventIds.parse(live.id, lastEventId);
    if (place?.kind === 'exchange') return this.#parts.followers.resume(live, place, reply);
    if (lastEventId !== undefined && place === undefined) {
      this.#context.meter.resumed('refused');
      const message = 'Last-Event-ID is not an event id of this session. Open the stream without it.';
      return reply.json(400, JSON.stringify(rpcError(null, RPC.refused, message)));
    }
    await this.#stand(live, place, reply);
  }

  /** Ends the session everywhere; resolves when no pod serves it any more. False: there is no such session. */
  async end(live: LiveSession): Promise<boolean> {
    const pods = await this.#context.store.sessions.end(live.id);
    await this.#parts.sessions.ended(live.id);
    if (pods === undefined) return false;
    this.#context.meter.sessionEnded('deleted');
    await this.#parts.confirmations.tell('session-ended', live.id, pods);
    return true;
  }

  /** Tells every client on every pod that may care. */
  async notify(change: Change): Promise<void> {
    await this.#context.store.changes.publish(change);
  }

  /** Whether another pod is surely dead. */
  async isLost(pod: string): Promise<boolean> {
    return this.#context.mayJudge() && !(await this.#context.store.pods.living()).has(pod);
  }

  /** Sessions with something running here. */
  get busy(): number {
    return this.#parts.sessions.used.length;
  }

  /** Gets ready to go; see `Drain`. */
  drain(): void {
    this.#drain.drain();
  }

  /** Ends everything on this pod, and leaves to other pods what still runs; sessions stay in the store. */
  async close(): Promise<void> {
    this.#parts.orphans.stop();
    clearInterval(this.#rereading);
    this.#drain.drain();
    const left = this.#drain.leaveExchanges();
    await this.#parts.sessions.close();
    setTimeout(() => this.#closing.abort(), CLOSE_WITHIN_MS).unref();
    // What clients have been shown must be in the logs before another pod goes on with them.
    await this.#context.background.settled();
    await Promise.all(this.#listening.splice(0).map((listening) => listening.stop()));
    await this.#lease?.stop();
    await this.#drain.giveUpLease(left);
  }

  /** A wake-up may be lost, a stored answer is not. */
  #rereadQuestions(): void {
    const { sessions } = this.#parts;
    for (const live of sessions.held) {
      for (const question of live.questions) {
        this.#context.background.run('read answer again', announceAnswer(this.#context, live.id, question));
      }
    }
  }

  async #stand(live: LiveSession, place: EventPlace | undefined, reply: Reply): Promise<void> {
    const { sessions, standing } = this.#parts;
    live.uses += 1;
    const release = () => sessions.release(live);
    const from = place?.kind === 'standing' ? place : undefined;
    const opened = await standing.open(live, from, reply, release).catch((error: unknown) => {
      release();
      throw error;
    });
    if (opened) return;
    release();
    reply.json(404, JSON.stringify(sessionNotFound(null)));
  }

  #heldSince(): number {
    const held = this.#lease !== undefined && monotonicNow() < this.#lease.until();
    return held ? (this.#lease?.since() ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  }

  #mayJudge(): boolean {
    if (this.#lease === undefined) return false;
    const state = { until: this.#lease.until(), since: this.#lease.since() };
    return mayJudge(monotonicNow(), this.#context.options.leaseMs, state);
  }

  #changed(change: PositionedChange): void {
    this.#parts.standing.deliverChange(change);
    this.#onChange(change.change);
  }

  #missed(): void {
    this.#context.log.warn({}, 'mail from other pods may have been missed; reading everything again');
    this.#parts.sessions.distrust();
    this.#parts.followers.recheck();
    this.#parts.standing.recheck();
    this.#rereadQuestions();
  }
}
