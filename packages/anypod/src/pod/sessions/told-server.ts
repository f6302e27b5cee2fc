import { BACKGROUND_CALLER } from '../../core/caller.ts';
import type { JsonRpcNotification } from '../../core/json/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { ClientNotification, Session } from '../../core/session/session.ts';

/** How long requests wait for the handlers of earlier messages, in ms. Such a handler may itself be waiting for the client. */
const WAIT_MS = 1000;

/** A notification of the client. Without a number it is not stored. */
export type Notification = Omit<ClientNotification, 'number'> & Partial<Pick<ClientNotification, 'number'>>;

/** A server of a session, and what the client, or this pod in its place, has told the server about the session. */
export class ToldServer {
  readonly hosted: HostedServer;
  readonly #log: Log;
  /** The number of the newest notification of each kind. */
  readonly #notified = new Map<string, number>();
  #level: string | undefined;
  readonly #subscriptions = new Set<string>();
  /** What a request of the client has changed and the store has not recorded yet: a URI, or undefined for the level. */
  readonly #changing = new Set<string | undefined>();
  readonly #waiting = new Set<() => void>();

  constructor(hosted: HostedServer, log: Log) {
    this.hosted = hosted;
    this.#log = log;
  }

  /**
   * Hands a notification to the server, unless the server already has it or a later one of its kind. Resolves when the handler has ended, or its time
   * is up. `isRepeated`: another server of the session has had it before.
   */
  async notify({ method, params, number }: Notification, isRepeated = false): Promise<void> {
    if (number !== undefined) {
      if (number <= (this.#notified.get(method) ?? 0)) return;
      this.#notified.set(method, number);
    }
    const notification = { jsonrpc: '2.0', method, ...(params !== undefined && { params }) } as const;
    await this.#waitFor(this.#hand(notification, number === undefined ? undefined : isRepeated ? 'again' : 'every'));
  }

  /** Tells the server what it was not told about the session. Resolves when its handlers have ended, or their time is up. */
  async tell(session: Session): Promise<void> {
    await this.#waitFor(this.#tellInOrder(session));
  }

  /** Notifications come first, because the handler of `initialized` may set the other handlers. */
  async #tellInOrder(session: Session): Promise<void> {
    for (const notification of session.notifications) await this.notify(notification, true);
    await this.align(session);
  }

  async #hand(notification: JsonRpcNotification, reach: 'every' | 'again' | undefined): Promise<void> {
    try {
      await this.hosted.notify(notification, { caller: BACKGROUND_CALLER, ...(reach && { reach }) });
    } catch (err) {
      this.#log.warn({ method: notification.method, err }, 'a notification could not be handed to the server');
    }
  }

  /** Tells the server's own handlers the level and the subscriptions of the session that they were not told. */
  async align({ logLevel, subscriptions }: Session): Promise<void> {
    const told: Promise<void>[] = [];
    if (logLevel !== undefined && logLevel !== this.#level && !this.#changing.has(undefined)) {
      this.#level = logLevel;
      told.push(this.#tell('logging/setLevel', { level: logLevel }));
    }
    for (const uri of subscriptions) {
      if (this.#subscriptions.has(uri) || this.#changing.has(uri)) continue;
      this.#subscriptions.add(uri);
      told.push(this.#tell('resources/subscribe', { uri }));
    }
    for (const uri of this.#subscriptions) {
      if (subscriptions.has(uri) || this.#changing.has(uri)) continue;
      this.#subscriptions.delete(uri);
      told.push(this.#tell('resources/unsubscribe', { uri }));
    }
    if (told.length > 0) await this.#waitFor(Promise.all(told));
  }

  /** The client's own request has set this level here. The caller calls the returned function once the level is recorded, or cannot be. */
  levelSet(level: string): () => void {
    this.#level = level;
    return this.#change(undefined);
  }

  /** The client's own request has begun or ended a subscription here. Otherwise the same as `levelSet`. */
  subscriptionSet(uri: string, subscribed: boolean): () => void {
    if (subscribed) this.#subscriptions.add(uri);
    else this.#subscriptions.delete(uri);
    return this.#change(uri);
  }

  /** A handler asks the client. Stops all waiting, because the client may send other requests before it answers. */
  asks(): void {
    for (const go of this.#waiting) go();
  }

  #change(what: string | undefined): () => void {
    this.#changing.add(what);
    return () => void this.#changing.delete(what);
  }

  async #tell(method: string, params: Record<string, unknown>): Promise<void> {
    if (!this.hosted.handles(method)) return;
    const { error } = await this.hosted.ask(method, params, BACKGROUND_CALLER);
    if (error === undefined) return;
    this.#log.warn(
      { method, code: error.code },
      'the handler on another pod accepted a request that the handler here refuses',
    );
  }

  async #waitFor(work: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, WAIT_MS).unref();
    this.#waiting.add(resolve);
    work.then(
      () => resolve(),
      () => resolve(),
    );
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
  }
}
