import { createEventIds, type EventPlace } from '../core/session/event-id.ts';
import { type Change, changeName } from '../core/store/change-log.ts';
import { createAnnouncer } from './context/announcer.ts';
import { createBackground } from './context/background.ts';
import type { PodContext } from './context/context.ts';
import { createDeadlines } from './context/deadlines.ts';
import { POD_DEFAULTS, type PodOptions } from './context/options.ts';
import { tooLate } from './context/too-late.ts';
import { createTurnEnd } from './context/turn-end.ts';
import { Drain } from './lifecycle/drain.ts';
import { monotonicNow } from './lifecycle/lease.ts';
import { Membership } from './lifecycle/membership.ts';
import { Confirmations } from './peers/confirmations.ts';
import type { PodParts } from './peers/inbox-handler.ts';
import { Orphans } from './peers/orphans.ts';
import { shareRegistry } from './peers/registry-changes.ts';
import { endByServer, endSession } from './peers/session-end.ts';
import type { PodDependencies } from './pod-dependencies.ts';
import { createInitialize, type Initialize } from './requests/initialize.ts';
import { createListen, type Listen } from './requests/listen.ts';
import { PostHandler } from './requests/post-handler.ts';
import { createSessionRequests } from './requests/session-requests.ts';
import { createPostSse, type PostSse } from './requests/sse-post.ts';
import { createOpenSseStream, type OpenSseStream, placeOfSse } from './requests/sse-stream.ts';
import { type CallerSessions, createCallerSessions } from './sessions/caller-sessions.ts';
import type { LiveSession } from './sessions/live-session.ts';
import { Renewal } from './sessions/renewal.ts';
import { SessionCache } from './sessions/session-cache.ts';
import { Followers } from './streams/followers.ts';
import { StandingStreams } from './streams/standing-streams.ts';

/** How long a closing pod still retries writes. */
const CLOSE_WITHIN_MS = 2000;

/**
 * One pod. It serves the sessions of legacy clients from the shared store. Every method that takes a `Reply` answers it exactly once, or
 * throws without an answer.
 */
export class Pod {
  /** Creates a session and sends the user's server's answer to `initialize`. */
  readonly initialize: Initialize;
  /** Serves a POST of messages in a session. */
  readonly post: PostHandler['post'];
  /** Serves a GET with the standing stream, or if it has an exchange's event id, with the rest of that exchange. */
  readonly listen: Listen;
  /** Serves the stream of a client of HTTP+SSE. */
  readonly openSse: OpenSseStream;
  /** Serves the messages of a client of HTTP+SSE. */
  readonly postSse: PostSse;
  /** See `CallerSessions`. */
  readonly take: CallerSessions['take'];
  /** See `CallerSessions`. */
  readonly hold: CallerSessions['hold'];
  readonly #context: PodContext;
  readonly #parts: PodParts;
  readonly #drain: Drain;
  readonly #renewal: Renewal;
  readonly #membership: Membership;
  readonly #closing = new AbortController();
  /** Requests whose bodies have not arrived completely. */
  receiving = 0;

  constructor({ onChange, takeLease, ...dependencies }: PodDependencies, options: PodOptions = {}) {
    const settings = { ...POD_DEFAULTS, ...options };
    const background = createBackground(dependencies.log);
    const closing = this.#closing.signal;
    const context: PodContext = {
      ...dependencies,
      eventIds: createEventIds(dependencies.signer),
      background,
      turnEnd: createTurnEnd(),
      announcer: createAnnouncer({ background, closing, now: monotonicNow, log: dependencies.log }),
      options: settings,
      deadlines: createDeadlines(settings.upgradeAfterMs, monotonicNow, dependencies.log),
      now: monotonicNow,
      heldSince: () => this.#membership.heldSince(),
      mayJudge: () => this.#membership.mayJudge(),
      departed: () => this.#drain.departed,
      closing,
    };
    const standing = new StandingStreams(context);
    const followers = new Followers(context);
    const confirmations = new Confirmations(context);
    const onEnded = (ended: string) => {
      followers.endSession(ended);
      standing.end(ended);
    };
    const onServerClosed = (live: LiveSession) => {
      context.background.run('end session', endByServer(context, sessions, confirmations, live));
    };
    const sessions: SessionCache = new SessionCache(context, standing.send, onEnded, onServerClosed, (live) =>
      shareRegistry(context, sessions, confirmations, live),
    );
    this.#context = context;
    this.#parts = { sessions, standing, confirmations, followers, orphans: new Orphans(context, sessions, followers) };
    this.initialize = createInitialize(context, sessions);
    const posts = new PostHandler(context, this.#parts, createSessionRequests(context, sessions, confirmations));
    this.post = posts.post.bind(posts);
    this.listen = createListen(context, this.#parts);
    this.postSse = createPostSse(context, { posts, sessions, confirmations });
    const { take, hold } = createCallerSessions(context, sessions);
    this.take = take;
    this.hold = hold;
    this.openSse = createOpenSseStream({ context, listen: this.listen, take, release: (live) => this.release(live) });
    this.#renewal = new Renewal(context, sessions);
    this.#drain = new Drain(context, this.#parts);
    this.#membership = new Membership(context, this.#parts, onChange, takeLease);
  }

  /** Takes the lease and begins to read messages of other pods. Rejects if the pod cannot reach the store. */
  async start(): Promise<void> {
    this.#context.meter.named(this.#context.pod);
    await this.#membership.join();
    this.#parts.orphans.start();
    this.#renewal.start();
  }

  /** Ends one use of a session. */
  release(live: LiveSession): void {
    this.#parts.sessions.release(live);
  }

  /** The place that an event id names in this session. Undefined: the id is not genuine. Does not ask the store. */
  placeOf(session: string, eventId: string): EventPlace | undefined {
    return this.#context.eventIds.parse(session, eventId);
  }

  /** Whether a last event id of HTTP+SSE is genuine. Does not ask the store. */
  resumesSse(lastEventId: string | undefined): boolean {
    return lastEventId !== undefined && placeOfSse(this.#context.eventIds, lastEventId) !== undefined;
  }

  /** Ends the session on all pods. Resolves when no pod serves it any more. False: there is no such session. */
  end(live: LiveSession): Promise<boolean> {
    return endSession(this.#context, this.#parts.sessions, this.#parts.confirmations, live, 'deleted');
  }

  /** Tells the clients of all pods that a change concerns. Resolves when the change, or an equal one that came right after it, is stored. */
  async notify(change: Change): Promise<void> {
    const { announcer, store } = this.#context;
    const name = changeName(change);
    await announcer.announce(name, () => store.changes.publish(change));
    await announcer.told(name);
  }

  /** Sends a message on a session's standing stream. Rejects if there is no such session. */
  stand(session: string, data: string): Promise<void> {
    return this.#parts.standing.send(session, data);
  }

  /** Unguessable, and without meaning. */
  get id(): string {
    return this.#context.pod;
  }

  /** Whether another pod is certainly dead. */
  async isLost(pod: string): Promise<boolean> {
    return this.#context.mayJudge() && !(await this.#context.store.pods.living()).has(pod);
  }

  /** How many requests are arriving, sessions are being loaded, and sessions are in use. */
  get busy(): number {
    const { used, loading } = this.#parts.sessions;
    return this.receiving + loading + used.length;
  }

  /** Prepares to leave; see `Drain`. */
  drain(): void {
    this.#context.announcer.flush();
    this.#drain.drain();
  }

  /**
   * From now on no request begins here, and those that run go on until `close`. Call it before the parts of anypod close one after the other: they would
   * cut off a request that begins meanwhile.
   */
  depart(): void {
    this.#drain.depart();
  }

  /** Throws `AnypodError` `draining` if this pod has left. */
  admit(): void {
    if (this.#drain.departed) throw tooLate();
  }

  /** Ends everything on this pod. Other pods take over the calls that still run. Sessions stay in the store. */
  async close(): Promise<void> {
    this.#parts.orphans.stop();
    this.#renewal.stop();
    this.#membership.stopRereading();
    this.#drain.drain();
    const left = this.#drain.leaveExchanges();
    await this.#parts.sessions.close();
    this.#context.announcer.close();
    setTimeout(() => this.#closing.abort(), CLOSE_WITHIN_MS).unref();
    // The logs must have every event that a client has got before another pod continues them.
    await this.#context.background.settled();
    await this.#membership.leave();
    await this.#drain.giveUpLease(left);
  }
}
