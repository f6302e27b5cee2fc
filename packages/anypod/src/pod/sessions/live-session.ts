import { BACKGROUND_CALLER, type Caller } from '../../core/caller.ts';
import { changeName } from '../../core/change-log.ts';
import type { Deadline } from '../../core/deadlines.ts';
import type { JsonRpcNotification, JsonRpcResponse, RequestId } from '../../core/json-rpc.ts';
import type { Link } from '../../core/linked-list.ts';

import { passesLogLevel } from '../../core/log-level.ts';
import { callTimedOut } from '../../core/rpc-error.ts';
import type { HostedServer, Outlet, Related } from '../../core/server-host.ts';
import type { Session } from '../../core/session.ts';
import { writeMessage } from '../../core/written.ts';
import type { PodContext } from '../context/context.ts';
import type { Exchange } from '../streams/exchange.ts';
import { Arrivals } from './arrivals.ts';

/** A server says so of its own lists in its session, which only that session hears. */
const LIST_CHANGED = /^notifications\/(tools|prompts|resources)\/list_changed$/;

/** Messages that a server may send before its session is stored. */
const MOST_BEFORE_STORED = 100;

interface Running {
  readonly exchange: Exchange;
  readonly request: RequestId;
  /** Where calls may not take as long as they like. */
  readonly deadline: Link<Deadline> | undefined;
}

/** Sends a message on the session's standing stream, wherever that is open; rejects where there is no such session. */
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
  /** What the cache reckons it at; bytes. */
  keptBytes = 0;
  ended = false;
  readonly arrivals: Arrivals;
  readonly #context: PodContext;
  readonly #sendStanding: SendStanding;
  readonly #running = new Map<number, Running>();
  readonly #questions = new Set<string>();
  /** What the server said on the standing stream before the store had the session; undefined: it has. */
  #beforeStored: string[] | undefined;
  #server: Promise<HostedServer> | undefined;
  #lastRun = 0;

  /** The user's server has ended the session. */
  onServerClosed: () => void = () => undefined;

  /** `isStored`: the store has the session already. */
  constructor(context: PodContext, session: Session, sendStanding: SendStanding, isStored = true) {
    this.#context = context;
    this.loadedAt = context.now();
    this.session = session;
    this.#sendStanding = sendStanding;
    this.arrivals = new Arrivals(context.now);
    this.#noteCancelled(session);
    if (!isStored) this.#beforeStored = [];
  }

  get id(): string {
    return this.session.record.id;
  }

  get hasServer(): boolean {
    return this.#server !== undefined;
  }

  /** The user's server for this session; built and rehydrated at first use. Whoever waited for it asks `ended` before using it. */
  server(caller: Caller): Promise<HostedServer> {
    if (this.#server === undefined) {
      const building = this.#context.host.rehydrate(this.session.record, this.outlet, caller);
      this.#server = building;
      building.catch(() => {
        if (this.#server === building) this.#server = undefined;
      });
    }
    return this.#server;
  }

  /** Takes the server that has just answered the client's `initialize`. */
  adopt(server: HostedServer): void {
    this.#server = Promise.resolve(server);
  }

  /** The store has the session now: what its server has said meanwhile follows. */
  async stored(): Promise<void> {
    const said = this.#beforeStored ?? [];
    this.#beforeStored = undefined;
    for (const data of said) await this.#sendStanding(this.id, data);
  }

  /** Notes a request as running and gives its run, by which the server gets it. */
  begin(exchange: Exchange, request: RequestId): number {
    const run = this.#lastRun + 1;
    this.#lastRun = run;
    const deadline = this.#context.callDeadlines?.add({ late: () => this.#timeOut(run) });
    this.#running.set(run, { exchange, request, deadline });
    return run;
  }

  /** The request runs no longer; undefined: it did not. */
  #forget(run: number): Running | undefined {
    const running = this.#running.get(run);
    if (running === undefined) return undefined;
    this.#running.delete(run);
    if (running.deadline !== undefined) this.#context.callDeadlines?.remove(running.deadline);
    return running;
  }

  #timeOut(run: number): void {
    const running = this.#forget(run);
    if (running === undefined) return;
    const { background, callDeadlines, log } = this.#context;
    log.warn(
      { ms: callDeadlines?.afterMs },
      'a call took longer than it may; its client got an error, and its handler is aborted',
    );
    running.exchange.respond(callTimedOut(running.request, callDeadlines?.afterMs ?? 0));
    background.run('stop late call', this.#stop(run, 'timeout', BACKGROUND_CALLER));
  }

  /** The answer to a question has been taken. */
  answered(question: string): void {
    this.#questions.delete(question);
  }

  /** Stops a request that runs here; false: it does not. */
  async cancel(request: RequestId, reason: string | undefined, caller: Caller): Promise<boolean> {
    const entry = [...this.#running].find(([, running]) => running.request === request);
    if (entry === undefined) return false;
    const [run, { exchange }] = entry;
    exchange.cancel(request);
    await this.#stop(run, reason, caller);
    return true;
  }

  /** Aborts a handler; the SDK sends nothing for it any more. */
  async #stop(run: number, reason: string | undefined, caller: Caller): Promise<void> {
    this.#forget(run);
    const server = await this.server(caller);
    if (!this.ended) server.abort(run, reason);
  }

  /** Stops what runs of an exchange that another pod has taken over. */
  async drop(exchange: Exchange, caller: Caller): Promise<void> {
    for (const [run, running] of [...this.#running]) {
      if (running.exchange === exchange) await this.#stop(run, 'taken over by another pod', caller);
    }
  }

  /** What runs here for the client, each exchange once. */
  get exchanges(): ReadonlySet<Exchange> {
    return new Set([...this.#running.values()].map(({ exchange }) => exchange));
  }

  /** Questions that wait for an answer here. */
  get questions(): ReadonlySet<string> {
    return this.#questions;
  }

  /** Takes in what the store has of the session now. */
  refresh(session: Session): void {
    this.session = session;
    this.#noteCancelled(session);
  }

  #noteCancelled({ cancelled }: Session): void {
    for (const request of cancelled) if (!this.arrivals.hasArrived(request)) this.arrivals.cancelled(request);
  }

  /** Ends everything of the session on this pod. */
  async end(refusal: (id: RequestId) => JsonRpcResponse): Promise<void> {
    this.ended = true;
    for (const [run, { exchange }] of [...this.#running]) {
      this.#forget(run);
      exchange.abort(refusal, 404);
    }
    await this.close();
  }

  /** Answers what runs here, since the server will not, and takes nothing more. Resolves when the answers are stored. */
  async fail(refusal: (id: RequestId) => JsonRpcResponse): Promise<void> {
    this.ended = true;
    const { exchanges } = this;
    for (const [run, { exchange, request }] of [...this.#running]) {
      this.#forget(run);
      exchange.respond(refusal(request));
    }
    await Promise.all([...exchanges].map((exchange) => exchange.stored()));
  }

  /** Lets go of the server; running handlers are aborted. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await (await server?.catch(() => undefined))?.close();
  }

  /** What the user's server says. A plain object, so that a host may wrap it. */
  readonly outlet: Outlet = {
    respond: (run, response) => {
      const running = this.#forget(run);
      if (running === undefined) return;
      const { exchange, request } = running;
      exchange.respond(response.id === request ? response : { ...response, id: request });
    },
    ask: async (question, request, related) => {
      const data = writeMessage(request);
      const { store, pod, background } = this.#context;
      this.#questions.add(question);
      try {
        await store.questions.ask(this.id, question, pod);
        await this.#send(data, related);
      } catch (error) {
        this.#questions.delete(question);
        background.run('forget question', store.questions.withdraw(this.id, question));
        throw error;
      }
    },
    withdraw: async (question, notification, related) => {
      this.#questions.delete(question);
      try {
        await this.#send(writeMessage(notification), related);
      } finally {
        await this.#context.store.questions.withdraw(this.id, question);
      }
    },
    notify: async (notification, related) => {
      if (this.#filtered(notification)) return;
      const updated = updatedResource(notification);
      if (updated !== undefined) return this.#announceUpdate(updated);
      const data = writeMessage(notification);
      if (related === undefined && LIST_CHANGED.test(notification.method))
        await this.#announceList(notification.method, data);
      else await this.#send(data, related);
    },
    awaits: (run) => this.#running.has(run),
    closed: () => this.onServerClosed(),
  };

  async #announceUpdate(uri: string): Promise<void> {
    const { announcer, store } = this.#context;
    const change = { kind: 'resource_updated', uri } as const;
    await announcer.announce(changeName(change), () => store.changes.publish(change));
  }

  async #announceList(method: string, data: string): Promise<void> {
    const { announcer, log } = this.#context;
    // `McpServer` announces these by itself and waits for nothing, so a rejection would be nobody's to handle.
    await announcer
      .announce(`${this.id} ${method}`, () => this.#send(data, undefined))
      .catch((err: unknown) => log.warn({ err, method }, 'a change could not be announced'));
  }

  #filtered({ method, params }: JsonRpcNotification): boolean {
    return method === 'notifications/message' && !passesLogLevel(params?.['level'], this.session.logLevel);
  }

  /**
   * What belongs to a request goes with its answer. Once that is over, and where the client takes nothing but the answer, it goes to the standing
   * stream; but what a handler says of a request that is over, and that it names itself, is refused.
   */
  async #send(data: string, related: Related | undefined): Promise<void> {
    const running = related === undefined ? undefined : this.#running.get(related.run);
    if (running?.exchange.emit(data) === true) return;
    if (related?.named === true && running?.exchange.streams !== false) {
      throw new Error('The request that this message belongs to is over; nothing was sent.');
    }
    await this.#stand(data);
  }

  async #stand(data: string): Promise<void> {
    const waiting = this.#beforeStored;
    if (waiting === undefined) await this.#sendStanding(this.id, data);
    else if (waiting.length < MOST_BEFORE_STORED) waiting.push(data);
    else throw new Error('The server says too much before its session is initialized.');
  }
}

/** That a resource changed concerns all who subscribed to it, not the session whose handler says so. */
function updatedResource({ method, params }: JsonRpcNotification): string | undefined {
  return method === 'notifications/resources/updated' ? String(params?.['uri']) : undefined;
}
