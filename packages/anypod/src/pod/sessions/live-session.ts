import type { Caller } from '../../core/caller.ts';
import type {
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  RequestId,
} from '../../core/json-rpc.ts';
import { passesLogLevel } from '../../core/log-level.ts';
import type { HostedServer, Outlet } from '../../core/server-host.ts';
import { type Session, withNotification } from '../../core/session.ts';
import type { PodContext } from '../context/context.ts';
import type { Exchange } from '../streams/exchange.ts';
import { type Notification, ToldServer } from './told-server.ts';

const EARLY_CANCELLATIONS = 100;

/** Has the last word on the server's answer to a request; never rejects. */
export type Settle = (response: JsonRpcResponse) => Promise<JsonRpcResponse>;

interface Running {
  readonly exchange: Exchange;
  readonly request: RequestId;
  readonly settle: Settle | undefined;
}

/** Whether what a pod knows of a session still holds, and how it finds out what does. */
export interface Freshness {
  isFresh(live: LiveSession): boolean;
  /** Waits while the store is away. */
  refresh(live: LiveSession): Promise<void>;
}

/** Sends a message on the session's standing stream, wherever that is open. */
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
  readonly #context: PodContext;
  readonly #sendStanding: SendStanding;
  readonly #freshness: Freshness;
  readonly #running = new Map<number, Running>();
  readonly #questions = new Set<string>();
  readonly #cancelledEarly: Set<RequestId>;
  #server: Promise<HostedServer> | undefined;
  /** The same server, as soon as it is built. */
  #told: ToldServer | undefined;
  /** What the server is told now it was told before, on another pod. */
  #repeating = false;
  #lastId = 0;

  constructor(context: PodContext, session: Session, sendStanding: SendStanding, freshness: Freshness) {
    this.#freshness = freshness;
    this.#context = context;
    this.loadedAt = context.now();
    this.session = session;
    this.#sendStanding = sendStanding;
    this.#cancelledEarly = new Set(session.cancelled);
  }

  get id(): string {
    return this.session.record.id;
  }

  /** Whether level and subscriptions are those that clients were last told of. */
  get isFresh(): boolean {
    return this.#freshness.isFresh(this);
  }

  /** Reads the session again. */
  refresh(): Promise<void> {
    return this.#freshness.refresh(this);
  }

  get hasServer(): boolean {
    return this.#server !== undefined;
  }

  /** The user's server for this session; built and rehydrated at first use. Whoever waited for it asks `ended` before using it. */
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

  /** A server that is told what the session's first one was told: the client's notifications, then level and subscriptions. */
  async #rehydrate(caller: Caller): Promise<HostedServer> {
    const hosted = await this.#context.host.rehydrate(this.session.record, this.outlet, caller);
    this.#told = new ToldServer(hosted, this.#context.log);
    this.#repeating = true;
    await this.#align(hosted);
    this.#repeating = false;
    return hosted;
  }

  /** Takes the server that has just answered the client's `initialize`. */
  adopt(server: HostedServer): void {
    this.#told = new ToldServer(server, this.#context.log);
    this.#server = Promise.resolve(server);
  }

  /** What the session's server here has been told; undefined: there is none. */
  get told(): ToldServer | undefined {
    return this.#told;
  }

  /** A notification of the client, for the server if there is one. Resolves when its handler is done, or has had its time. */
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

  /** Notes a request as running and gives the id under which the server gets it. */
  begin(exchange: Exchange, request: RequestId, settle?: Settle): number {
    this.#lastId += 1;
    this.#running.set(this.#lastId, { exchange, request, settle });
    return this.#lastId;
  }

  /** The answer to a question has been taken. */
  answered(question: string): void {
    this.#questions.delete(question);
  }

  /** Whether the cancellation of this request overtook it; asked once. */
  wasCancelled(request: RequestId): boolean {
    return this.#cancelledEarly.delete(request);
  }

  /** Stops a request that runs here; false: it does not. */
  async cancel(request: RequestId, reason: string | undefined, caller: Caller): Promise<boolean> {
    const entry = [...this.#running].find(([, running]) => running.request === request);
    if (entry === undefined) return false;
    const [id, { exchange }] = entry;
    exchange.cancel(request);
    await this.#stop(id, reason, caller);
    return true;
  }

  /** Aborts a handler; the SDK sends nothing for it any more. */
  async #stop(id: number, reason: string | undefined, caller: Caller): Promise<void> {
    this.#running.delete(id);
    const params = { requestId: id, ...(reason === undefined ? {} : { reason }) };
    const server = await this.server(caller);
    if (!this.ended) server.deliver({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, { caller });
  }

  /** Stops what runs of an exchange that another pod has taken over. */
  async drop(exchange: Exchange, caller: Caller): Promise<void> {
    for (const [id, running] of [...this.#running]) {
      if (running.exchange === exchange) await this.#stop(id, 'taken over by another pod', caller);
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

  /** Remembers a cancellation whose request may still arrive here. */
  cancelEarly(request: RequestId): void {
    if (this.#cancelledEarly.size < EARLY_CANCELLATIONS) this.#cancelledEarly.add(request);
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
    const hosted = await server?.catch(() => undefined);
    this.#told = undefined;
    await hosted?.close();
  }

  /** What the user's server says. A plain object, so that a host may wrap it. */
  readonly outlet: Outlet = {
    respond: (id, response) => {
      const settle = this.#running.get(id)?.settle;
      if (settle === undefined) this.#respond(id, response);
      else {
        const settled = settle(response).then((last) => this.#respond(id, last));
        this.#context.background.run('settle request', settled);
      }
    },
    ask: async (question, request, related) => {
      this.#questions.add(question);
      this.#told?.asks();
      await this.#context.store.questions.ask(this.id, question, this.#context.pod).catch((error: unknown) => {
        this.#questions.delete(question);
        throw error;
      });
      await this.#send(request, related);
    },
    withdraw: async (question, notification, related) => {
      this.#questions.delete(question);
      await this.#send(notification, related);
      await this.#context.store.questions.withdraw(this.id, question);
    },
    notify: async (notification, related) => {
      const { method } = notification;
      // The session's first server has announced it.
      if (this.#repeating && method.endsWith('/list_changed')) return;
      if (method === 'notifications/message') {
        // A session without a server is not in the store yet. What is fresh is not waited for: messages keep their order.
        if (this.#told !== undefined && !this.isFresh) await this.refresh();
        if (this.ended || !passesLogLevel(notification.params?.['level'], this.session.logLevel)) return;
      }
      const updated = updatedResource(notification);
      if (updated === undefined) await this.#send(notification, related);
      else await this.#context.store.changes.publish({ kind: 'resource_updated', uri: updated });
    },
  };

  #respond(id: number, response: JsonRpcResponse): void {
    const running = this.#running.get(id);
    this.#running.delete(id);
    running?.exchange.respond({ ...response, id: running.request });
  }

  async #send(message: JsonRpcRequest | JsonRpcNotification, related: number | undefined): Promise<void> {
    const running = related === undefined ? undefined : this.#running.get(related);
    if (running !== undefined) running.exchange.emit(message as JsonRpcMessage);
    else if (related === undefined) await this.#sendStanding(this.id, JSON.stringify(message));
    // A word about a request that is over has nowhere to go.
  }
}

/** That a resource changed concerns all who subscribed to it, not the session whose handler says so. */
function updatedResource({ method, params }: JsonRpcNotification): string | undefined {
  return method === 'notifications/resources/updated' ? String(params?.['uri']) : undefined;
}
