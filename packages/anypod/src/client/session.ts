import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse } from '../core/json/json-rpc.ts';
import type { ResumeStore } from '../core/store/resume-store.ts';
import type { Endpoint } from './endpoint.ts';
import { openAgain } from './open-again.ts';
import { afterMessage, identityOf, type SavedSession, SESSION_HEADER, VERSION_HEADER } from './saved-session.ts';

/** The client's session at the endpoint, which outlives the client's process and, as far as that is possible, its own end. */
export interface ClientSession {
  /** The session's id, if the client has a session. */
  readonly id: string | undefined;
  /** Aborts when another session takes this one's place. */
  readonly replaced: AbortSignal;
  /** The headers of a request, with the session that the client has now. */
  headers(headers: Headers): Headers;
  /** The answer to an `initialize` whose session is still known. */
  remembered(request: JsonRpcRequest): Promise<JsonRpcResponse | undefined>;
  /** Notes a session that a request has opened. */
  opened(request: JsonRpcRequest, answer: Response, result: Record<string, unknown>): Promise<void>;
  /** Whether the server has been told `notifications/initialized` in this session. */
  readonly initialized: boolean;
  /** Notes a message that the server has taken and a new session needs too. */
  taken(message: JsonRpcMessage): Promise<void>;
  /** Opens a session in place of the lost one, with the same `initialize`, log level and subscriptions. False: that failed. Callers share an attempt. */
  replace(lost: string | null, headers: Headers): Promise<boolean>;
  /** The client has ended its session. */
  forget(): Promise<void>;
}

export interface ClientSessionOptions {
  readonly endpoint: Endpoint;
  readonly store: ResumeStore;
  readonly storeKey: string;
  readonly silenceMs: number;
  readonly warn: (text: string) => void;
}

export function createClientSession(options: ClientSessionOptions): ClientSession {
  const { endpoint, store, storeKey, silenceMs, warn } = options;
  let session: SavedSession | undefined;
  let replaced = new AbortController();
  let replacing: Promise<boolean> | undefined;

  async function keep(changed: SavedSession): Promise<void> {
    session = changed;
    await store.set(storeKey, JSON.stringify(changed));
  }

  function withSession(headers: Headers): Headers {
    if (session === undefined || !headers.has(SESSION_HEADER)) return headers;
    const changed = new Headers(headers);
    changed.set(SESSION_HEADER, session.id);
    changed.set(VERSION_HEADER, session.version);
    return changed;
  }

  async function open(old: SavedSession, headers: Headers): Promise<boolean> {
    const opened = await openAgain(endpoint, old, headers, silenceMs);
    if (opened === undefined) return false;
    await keep(opened.session);
    replaced.abort();
    replaced = new AbortController();
    await opened.restore();
    warn('the session was gone; a new one has been opened');
    return true;
  }

  return {
    get id() {
      return session?.id;
    },
    get replaced() {
      return replaced.signal;
    },
    get initialized() {
      return session?.initialized === true;
    },
    headers: withSession,
    async remembered({ id, params }) {
      const text = await store.get(storeKey);
      const saved = text === undefined ? undefined : (JSON.parse(text) as SavedSession);
      if (saved === undefined || JSON.stringify(saved.initialize.params) !== JSON.stringify(params)) return undefined;
      session = saved;
      return { jsonrpc: '2.0', id, result: saved.result };
    },
    async opened(initialize, answer, result) {
      if (!answer.headers.has(SESSION_HEADER)) return;
      await keep({ initialize, ...identityOf(answer, result), result, initialized: false, subscriptions: {} });
    },
    async taken(message) {
      const changed = session === undefined ? undefined : afterMessage(session, message);
      if (changed !== undefined) await keep(changed);
    },
    async replace(lost, headers) {
      if (session === undefined) return false;
      if (lost !== session.id) return true;
      const old = session;
      replacing ??= open(old, headers)
        .catch((error: unknown) => {
          warn(`no new session could be opened: ${String(error)}`);
          return false;
        })
        .finally(() => {
          replacing = undefined;
        });
      return replacing;
    },
    async forget() {
      session = undefined;
      await store.delete(storeKey);
    },
  };
}
