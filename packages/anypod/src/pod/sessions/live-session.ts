import type { Caller } from '../../core/caller.ts';
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, RequestId } from '../../core/json-rpc.ts';
import { passesLogLevel } from '../../core/log-level.ts';
import type { HostedServer, Outlet, Related } from '../../core/server-host.ts';
import type { Session } from '../../core/session.ts';
import type { PodContext } from '../context/context.ts';
import type { Exchange } from '../streams/exchange.ts';
import { Arrivals } from './arrivals.ts';

const LIST_CHANGES = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
]);

interface Running {
  readonly exchange: Exchange;
  readonly request: RequestId;
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
  #server: Promise<HostedServer> | undefined;
  /** What the server said before its session was in the store; undefined: it is there. */
  #unstored: string[] | undefined;
  #lastRun = 0;

  constructor(context: PodContext, session: Session, sendStanding: SendStanding) {
    this.#context = context;
    this.loadedAt = context.now();
    this.session = session;
    this.#sendStanding = sendStanding;
    this.arrivals = new Arrivals(context.now);
    this.#noteCancelled(session);
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

  /** The session is being created: what the server says is kept until `stored`. */
  creating(): void {
    this.#unstored = [];
  }

  /** The session is in the store; sends what the server has said so far. */
  async stored(): Promise<void> {
    const said = this.#unstored ?? [];
    this.#unstored = undefined;
    for (const data of said) await this.#sendStanding(this.id, data);
  }

  /** Notes a request as running and gives its run, by which the server gets it. */
  begin(exchange: Exchange, request: RequestId): number {
    this.#lastRun += 1;
    this.#running.set(this.#lastRun, { exchange, request });
    return this.#lastRun;
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
    this.#running.delete(run);
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
    for (const { exchange } of [...this.#running.values()]) exchange.abort(refusal, 404);
    this.#running.clear();
    await this.close();
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
      const running = this.#running.get(run);
      if (running === undefined) return;
      this.#running.delete(run);
      const { exchange, request } = running;
      exchange.respond(response.id === request ? response : { ...response, id: request });
    },
    ask: async (question, request, related) => {
      const { store, pod, background } = this.#context;
      this.#questions.add(question);
      try {
        await store.questions.ask(this.id, question, pod);
        await this.#send(request, related);
      } catch (error) {
        this.#questions.delete(question);
        background.run('forget question', store.questions.withdraw(this.id, question));
        throw error;
      }
    },
    withdraw: async (question, notification, related) => {
      this.#questions.delete(question);
      try {
        await this.#send(notification, related);
      } finally {
        await this.#context.store.questions.withdraw(this.id, question);
      }
    },
    notify: async (notification, related) => {
      if (this.#filtered(notification)) return;
      const updated = updatedResource(notification);
      if (updated !== undefined) await this.#context.store.changes.publish({ kind: 'resource_updated', uri: updated });
      else if (LIST_CHANGES.has(notification.method)) await this.#announce(notification, related);
      else await this.#send(notification, related);
    },
  };

  /** `McpServer` announces these by itself and waits for nothing, so a rejection would be nobody's to handle. */
  async #announce(notification: JsonRpcNotification, related: Related | undefined): Promise<void> {
    await this.#send(notification, related).catch((err: unknown) => {
      this.#context.log.warn({ err, method: notification.method }, 'a change could not be announced');
    });
  }

  #filtered({ method, params }: JsonRpcNotification): boolean {
    return method === 'notifications/message' && !passesLogLevel(params?.['level'], this.session.logLevel);
  }

  /** What belongs to a request goes with its answer; once that is over, on the standing stream, unless the handler named the request. */
  async #send(message: JsonRpcRequest | JsonRpcNotification, related: Related | undefined): Promise<void> {
    const running = related === undefined ? undefined : this.#running.get(related.run);
    if (running?.exchange.emit(message) === true) return;
    if (related?.named === true) throw new Error('The request that this message belongs to is over; nothing was sent.');
    const data = JSON.stringify(message);
    if (this.#unstored === undefined) await this.#sendStanding(this.id, data);
    else this.#unstored.push(data);
  }
}

/** That a resource changed concerns all who subscribed to it, not the session whose handler says so. */
function updatedResource({ method, params }: JsonRpcNotification): string | undefined {
  return method === 'notifications/resources/updated' ? String(params?.['uri']) : undefined;
}
