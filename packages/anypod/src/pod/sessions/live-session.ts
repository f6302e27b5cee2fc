import { BACKGROUND_CALLER, type Caller } from '../../core/caller.ts';
import type { JsonRpcResponse, RequestId } from '../../core/json-rpc.ts';
import { callTimedOut } from '../../core/rpc-error.ts';
import type { HostedServer, Outlet } from '../../core/server-host.ts';
import { type Session, withNotification } from '../../core/session.ts';
import type { PodContext } from '../context/context.ts';
import type { Exchange } from '../streams/exchange.ts';
import { Arrivals } from './arrivals.ts';
import { RunningRequests, type Settle } from './running-requests.ts';
import { createSessionOutlet } from './session-outlet.ts';
import { type Notification, ToldServer } from './told-server.ts';

/** Messages that a server may send before its session is stored. */
const MOST_BEFORE_STORED = 100;

/** What a session needs of the cache that holds it. */
export interface SessionHolder {
  /** Whether what the pod knows of the session still holds. */
  isFresh(live: LiveSession): boolean;
  /** Reads the session again; waits while the store is away. */
  refresh(live: LiveSession): Promise<void>;
  /** The user's server has ended the session. */
  serverClosed(live: LiveSession): void;
  /** Sends a message on the session's standing stream, wherever that is open; rejects where there is no such session. */
  readonly sendStanding: SendStanding;
}

export type SendStanding = (session: string, data: string) => Promise<void>;

/** A session as this pod holds it: its cached state, the user's server once a message needs it, and what runs here. */
export class LiveSession {
  session: Session;
  /** When the store last renewed the TTL for us, as far as we know; ms of this pod's clock. */
  touchedAt: number = Date.now();
  /** When the store was asked for the cached state; monotonic ms. */
  loadedAt: number;
  /** The cached state is out of date: load it before the next use. */
  stale = false;
  /** Requests, connections and questions that keep it from being evicted. */
  uses = 0;
  /** The size that the cache counts for it; bytes. */
  keptBytes = 0;
  ended = false;
  /** The server is being told what an earlier server of the session was told on another pod. */
  repeating = false;
  readonly arrivals: Arrivals;
  readonly requests: RunningRequests;
  /** Questions that wait for an answer here. */
  readonly questions: Set<string> = new Set<string>();
  /** Takes what the user's server says. */
  readonly outlet: Outlet;
  readonly #context: PodContext;
  readonly #holder: SessionHolder;
  /** What the server said on the standing stream before the store had the session; undefined: the store has it. */
  #beforeStored: string[] | undefined;
  #server: Promise<HostedServer> | undefined;
  /** The same server, as soon as it is built. */
  #told: ToldServer | undefined;

  /** `isStored`: the store has the session already. */
  constructor(context: PodContext, session: Session, holder: SessionHolder, isStored = true) {
    this.#context = context;
    this.#holder = holder;
    this.loadedAt = context.now();
    this.session = session;
    this.arrivals = new Arrivals(context.now);
    this.requests = new RunningRequests(context.callDeadlines, (run) => this.#timeOut(run));
    this.outlet = createSessionOutlet(context, this);
    this.#noteCancelled(session);
    if (!isStored) this.#beforeStored = [];
  }

  get id(): string {
    return this.session.record.id;
  }

  /** Whether level and subscriptions are those that clients were last told of. */
  get isFresh(): boolean {
    return this.#holder.isFresh(this);
  }

  /** Reads the session again. */
  refresh(): Promise<void> {
    return this.#holder.refresh(this);
  }

  get hasServer(): boolean {
    return this.#server !== undefined;
  }

  /** The user's server for this session; built and rehydrated at first use. A caller that waited for it checks `ended` before using it. */
  server(caller: Caller): Promise<HostedServer> {
    return this.#server ?? this.#keepServer(this.#rehydrate(caller));
  }

  #keepServer(server: Promise<HostedServer>): Promise<HostedServer> {
    this.#server = server;
    server.catch(() => {
      if (this.#server === server) this.#server = undefined;
    });
    return server;
  }

  /** Builds a server and tells it what the session's first one was told: the client's notifications, then level and subscriptions. */
  async #rehydrate(caller: Caller): Promise<HostedServer> {
    const hosted = await this.#context.host.rehydrate(this.session.record, this.outlet, caller);
    this.#told = new ToldServer(hosted, this.#context.log);
    this.repeating = true;
    await this.#align(hosted);
    this.repeating = false;
    return hosted;
  }

  /** Takes the server that has just answered the client's `initialize`. */
  adopt(server: HostedServer): void {
    this.#told = new ToldServer(server, this.#context.log);
    this.#server = Promise.resolve(server);
  }

  /** The session's server here, with what it has been told; undefined: there is none. */
  get told(): ToldServer | undefined {
    return this.#told;
  }

  /** Hands a notification of the client to the server, if there is one. Resolves when its handler is done, or has had its time. */
  async notified(notification: Notification): Promise<void> {
    const { number } = notification;
    if (number !== undefined) this.session = withNotification(this.session, { ...notification, number });
    if (this.#server === undefined) return;
    await this.aligned();
    if (!this.ended) await this.#told?.notify(notification);
  }

  /** Takes in what the store has of the session now. Whoever waits for the server gets it when it has been told what is new to it. */
  update(session: Session): void {
    this.session = session;
    this.#noteCancelled(session);
    if (this.#server !== undefined) void this.#keepServer(this.#server.then((hosted) => this.#align(hosted)));
  }

  /** Resolves when the server here, if there is one, has been told what is known of the session. */
  async aligned(): Promise<void> {
    await this.#server?.catch(() => undefined);
  }

  async #align(hosted: HostedServer): Promise<HostedServer> {
    if (this.#told === undefined || this.ended) return hosted;
    await this.#told.tell(this.session);
    return hosted;
  }

  /** The store has the session now: sends what its server has said meanwhile. */
  async stored(): Promise<void> {
    const said = this.#beforeStored ?? [];
    this.#beforeStored = undefined;
    for (const data of said) await this.#holder.sendStanding(this.id, data);
  }

  /** Sends a message on the standing stream. Rejects where the session has ended. */
  async stand(data: string): Promise<void> {
    const waiting = this.#beforeStored;
    if (waiting === undefined) await this.#holder.sendStanding(this.id, data);
    else if (waiting.length < MOST_BEFORE_STORED) waiting.push(data);
    else throw new Error('The server says too much before its session is initialized.');
  }

  /** Notes a request as running and returns its run, by which the server gets it. `settle` may replace the server's answer. */
  begin(exchange: Exchange, request: RequestId, settle?: Settle): number {
    return this.requests.begin(exchange, request, settle);
  }

  #timeOut(run: number): void {
    const running = this.requests.end(run);
    if (running === undefined) return;
    const { background, callDeadlines, log } = this.#context;
    const ms = callDeadlines?.afterMs ?? 0;
    log.warn({ ms }, 'a call took longer than it may; its client got an error, and its handler is aborted');
    running.exchange.respond(callTimedOut(running.request, ms));
    background.run('stop late call', this.#stop(run, 'timeout', BACKGROUND_CALLER));
  }

  /** The answer to a question has been taken. */
  answered(question: string): void {
    this.questions.delete(question);
  }

  /** Stops a request that runs here; false: it does not. */
  async cancel(request: RequestId, reason: string | undefined, caller: Caller): Promise<boolean> {
    const run = this.requests.runOf(request);
    if (run === undefined) return false;
    this.requests.get(run)?.exchange.cancel(request);
    await this.#stop(run, reason, caller);
    return true;
  }

  /** Aborts a handler; the SDK sends nothing for it any more. */
  async #stop(run: number, reason: string | undefined, caller: Caller): Promise<void> {
    this.requests.end(run);
    const server = await this.server(caller);
    if (!this.ended) server.abort(run, reason);
  }

  /** Stops what runs of an exchange that another pod has taken over. */
  async drop(exchange: Exchange, caller: Caller): Promise<void> {
    for (const run of this.requests.runsOf(exchange)) await this.#stop(run, 'taken over by another pod', caller);
  }

  /** What runs here for the client, each exchange once. */
  get exchanges(): ReadonlySet<Exchange> {
    return this.requests.exchanges;
  }

  #noteCancelled({ cancelled }: Session): void {
    for (const request of cancelled) if (!this.arrivals.hasArrived(request)) this.arrivals.cancelled(request);
  }

  /** Ends everything of the session on this pod. */
  async end(refusal: (id: RequestId) => JsonRpcResponse): Promise<void> {
    this.ended = true;
    for (const run of this.requests.runs) this.requests.end(run)?.exchange.abort(refusal, 404);
    await this.close();
  }

  /** Answers what runs here, since the server will not, and takes nothing more. Resolves when the answers are stored. */
  async fail(refusal: (id: RequestId) => JsonRpcResponse): Promise<void> {
    this.ended = true;
    const { exchanges } = this;
    for (const run of this.requests.runs) {
      const running = this.requests.end(run);
      running?.exchange.respond(refusal(running.request));
    }
    await Promise.all([...exchanges].map((exchange) => exchange.stored()));
  }

  /** Lets go of the server; running handlers are aborted. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const hosted = await server?.catch(() => undefined);
    this.#told = undefined;
    await hosted?.close();
  }

  /** The user's server has ended the session. */
  onServerClosed(): void {
    this.#holder.serverClosed(this);
  }
}
