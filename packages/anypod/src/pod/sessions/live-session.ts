import { BACKGROUND_CALLER, type Caller } from '../../core/caller.ts';
import type { JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import { callTimedOut } from '../../core/json/rpc-error.ts';
import type { HostedServer, Outlet } from '../../core/server-host.ts';
import { type Session, withNotification } from '../../core/session/session.ts';
import type { PodContext } from '../context/context.ts';
import type { Exchange } from '../streams/exchange.ts';
import { Arrivals } from './arrivals.ts';
import { KeptState } from './kept-state.ts';
import { RunningRequests, type Settle } from './running-requests.ts';
import { createSessionOutlet } from './session-outlet.ts';
import { type Notification, ToldServer } from './told-server.ts';
import { Unsettled } from './unsettled.ts';

/** Messages that a server may send before its session is stored. */
const MOST_BEFORE_STORED = 100;

/** What a session needs from the cache that holds it. */
export interface SessionHolder {
  /** Whether the cached state of the session is current. */
  isFresh(live: LiveSession): boolean;
  /** Reads the session again. Waits while the store is away. */
  refresh(live: LiveSession): Promise<void>;
  /** The user's server has ended the session. */
  serverClosed(live: LiveSession): void;
  /** Stores what the server's code has changed in its registry. Resolves when all pods that hold the session have made the same changes. */
  shareRegistry(live: LiveSession): Promise<void>;
  /** Sends a message on the session's standing stream, on whichever pod it is open. Rejects if there is no such session. */
  readonly sendStanding: SendStanding;
}

export type SendStanding = (session: string, data: string) => Promise<void>;

/** A session on this pod: its cached state, the user's server once a message needs it, and the requests that run here. */
export class LiveSession {
  session: Session;
  /** When this pod last knew that the store renewed the TTL; ms of this pod's clock. */
  touchedAt: number = Date.now();
  /** When this pod asked the store for the cached state; monotonic ms. */
  loadedAt: number;
  /** The cached state is out of date, and must be loaded before the next use. */
  stale = false;
  /** How many requests, connections and questions use the session. The cache does not evict it while there are any. */
  uses = 0;
  /** The size that the cache counts for it; bytes. */
  keptBytes = 0;
  ended = false;
  /** The pod is telling the server what an earlier server of the session was told on another pod. */
  repeating = false;
  readonly arrivals: Arrivals;
  readonly requests: RunningRequests;
  /** Questions that wait for an answer here. */
  readonly questions: Set<string> = new Set<string>();
  /** What the user's server keeps. */
  readonly kept: KeptState;
  /** What must be stored before the session's next answers leave. */
  readonly unsettled: Unsettled = new Unsettled();
  /** Receives the messages of the user's server. */
  readonly outlet: Outlet;
  readonly #context: PodContext;
  readonly #holder: SessionHolder;
  /** Messages for the standing stream that the server sent before the store had the session. Undefined: the store has it. */
  #beforeStored: string[] | undefined;
  /** What the server's code has changed in its registry is being stored. */
  #sharing = false;
  #server: Promise<HostedServer> | undefined;
  /** The same server, once it is built. */
  #told: ToldServer | undefined;

  /** `isStored`: the store already has the session. */
  constructor(context: PodContext, session: Session, holder: SessionHolder, isStored = true) {
    this.#context = context;
    this.#holder = holder;
    this.loadedAt = context.now();
    this.session = session;
    this.arrivals = new Arrivals(context.now);
    this.requests = new RunningRequests(context.callDeadlines, (run) => this.#timeOut(run));
    this.kept = new KeptState(context, session.record, isStored, (work) => this.unsettled.add(work));
    this.outlet = createSessionOutlet(context, this);
    this.#noteCancelled(session);
    if (!isStored) this.#beforeStored = [];
  }

  get id(): string {
    return this.session.record.id;
  }

  /** Whether the cached level and subscriptions include every change that was confirmed to the client. */
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

  /** The user's server for this session. It is built and rehydrated at first use. A caller that waited for it must check `ended` before it uses it. */
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

  /** Builds a server and tells it what the session's first server was told: the client's notifications, then level and subscriptions. */
  async #rehydrate(caller: Caller): Promise<HostedServer> {
    const hosted = await this.#context.host.rehydrate(this.session.record, this.outlet, caller, this.kept);
    this.#told = new ToldServer(hosted, this.#context.log);
    this.repeating = true;
    await this.#align(hosted);
    this.repeating = false;
    this.onTouched();
    return hosted;
  }

  /** Keeps the server that has just answered the client's `initialize`. */
  adopt(server: HostedServer): void {
    this.#told = new ToldServer(server, this.#context.log);
    this.#server = Promise.resolve(server);
    this.onTouched();
  }

  /** The session's server on this pod, with what it has been told. Undefined: there is none. */
  get told(): ToldServer | undefined {
    return this.#told;
  }

  /** Hands a notification of the client to the server, if there is one. Resolves when its handler has ended, or its time is up. */
  async notified(notification: Notification): Promise<void> {
    const { number } = notification;
    if (number !== undefined) this.session = withNotification(this.session, { ...notification, number });
    if (this.#server === undefined) return;
    await this.aligned();
    if (!this.ended) await this.#told?.notify(notification);
  }

  /** Replaces the cached state. Callers that wait for the server get it after it has been told what is new. */
  update(session: Session): void {
    this.session = session;
    this.#noteCancelled(session);
    if (this.#server !== undefined) void this.#keepServer(this.#server.then((hosted) => this.#align(hosted)));
  }

  /** Resolves when the server on this pod, if there is one, has been told the cached state. */
  async aligned(): Promise<void> {
    await this.#server?.catch(() => undefined);
  }

  async #align(hosted: HostedServer): Promise<HostedServer> {
    if (this.#told === undefined || this.ended) return hosted;
    hosted.registry?.follow(this.session.registry);
    await this.#told.tell(this.session);
    return hosted;
  }

  /** Sends the messages that the server sent before the store had the session. Called once the store has it. */
  async stored(): Promise<void> {
    const said = this.#beforeStored ?? [];
    this.#beforeStored = undefined;
    this.onTouched();
    await this.unsettled.settled;
    for (const data of said) await this.#holder.sendStanding(this.id, data);
  }

  /** Sends a message on the standing stream. Rejects if the session has ended. */
  async stand(data: string): Promise<void> {
    const waiting = this.#beforeStored;
    if (waiting === undefined) await this.#holder.sendStanding(this.id, data);
    else if (waiting.length < MOST_BEFORE_STORED) waiting.push(data);
    else throw new Error('The server sends too many messages before its session is initialized.');
  }

  /** Notes a request as running and returns its run. `settle` may replace the server's answer. */
  begin(exchange: Exchange, request: RequestId, settle?: Settle): number {
    return this.requests.begin(exchange, request, settle);
  }

  #timeOut(run: number): void {
    const running = this.requests.end(run);
    if (running === undefined) return;
    const { background, callDeadlines, log } = this.#context;
    const ms = callDeadlines?.afterMs ?? 0;
    const fields = { ...running.exchange.fieldsOf(running.request), ms };
    log.warn(fields, 'a call took longer than it may; its client got an error, and its handler is aborted');
    running.exchange.respond(callTimedOut(running.request, ms));
    background.run('stop late call', this.#stop(run, 'timeout', BACKGROUND_CALLER));
  }

  /** Notes that this pod has taken the answer to a question. */
  answered(question: string): void {
    this.questions.delete(question);
  }

  /** Stops a request that runs here. False: it does not run here. */
  async cancel(request: RequestId, reason: string | undefined, caller: Caller): Promise<boolean> {
    const run = this.requests.runOf(request);
    if (run === undefined) return false;
    this.requests.get(run)?.exchange.cancel(request);
    await this.#stop(run, reason, caller);
    return true;
  }

  /** Aborts a handler. The SDK sends nothing more for it. */
  async #stop(run: number, reason: string | undefined, caller: Caller): Promise<void> {
    this.requests.end(run);
    const server = await this.server(caller);
    if (!this.ended) server.abort(run, reason);
  }

  /** Stops the requests of an exchange that another pod has taken over. */
  async drop(exchange: Exchange, caller: Caller): Promise<void> {
    for (const run of this.requests.runsOf(exchange)) await this.#stop(run, 'taken over by another pod', caller);
  }

  /** The exchanges that run here, each once. */
  get exchanges(): ReadonlySet<Exchange> {
    return this.requests.exchanges;
  }

  #noteCancelled({ cancelled }: Session): void {
    for (const request of cancelled) if (!this.arrivals.hasArrived(request)) this.arrivals.cancelled(request);
  }

  /** Ends the session's requests and its server on this pod. */
  async end(refusal: (id: RequestId) => JsonRpcResponse): Promise<void> {
    this.ended = true;
    for (const run of this.requests.runs) this.requests.end(run)?.exchange.abort(refusal, 404);
    await this.close();
  }

  /** Answers the running requests with `refusal`, because the server has closed. The session accepts no more. Resolves when the answers are stored. */
  async fail(refusal: (id: RequestId) => JsonRpcResponse): Promise<void> {
    this.ended = true;
    const { exchanges } = this;
    for (const run of this.requests.runs) {
      const running = this.requests.end(run);
      running?.exchange.respond(refusal(running.request));
    }
    await Promise.all([...exchanges].map((exchange) => exchange.stored()));
  }

  /** Closes the server, which aborts running handlers. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const hosted = await server?.catch(() => undefined);
    this.#told = undefined;
    await hosted?.close();
  }

  /** The server's code may have changed its registry. */
  onTouched(): void {
    if (this.#sharing || this.#beforeStored !== undefined || this.#told === undefined) return;
    this.#sharing = true;
    const sharing = this.#share();
    this.unsettled.add(sharing);
    this.#context.background.run('share registry', sharing);
  }

  async #share(): Promise<void> {
    // The server's code may change more in this turn.
    await undefined;
    try {
      await this.#holder.shareRegistry(this);
    } finally {
      this.#sharing = false;
    }
  }

  /** The user's server has ended the session. */
  onServerClosed(): void {
    this.#holder.serverClosed(this);
  }
}
