import { setTimeout as delay } from 'node:timers/promises';
import { modernRequest, type ProbingClient, sessionHeaders } from '../probe/client.ts';
import { type Answer, postMessage, sendRequest } from '../probe/request.ts';
import type { Target } from '../probe/target.ts';

/** The doctor as a client. */
export const CLIENT: ProbingClient = {
  info: { name: 'anypod-doctor', version: '1.0.0' },
  capabilities: { elicitation: {} },
};

/** How often a request is sent again where replicas do not share the session. */
const LUCK = 12;
/** A server may notice late that a stream was cut, and refuses another one until then. */
const BUSY_ATTEMPTS = 15;
const BUSY_MS = 200;

export type Headers = Readonly<Record<string, string>>;

/** The doctor's requests to one endpoint. Each is on a connection of its own. */
export interface Visit {
  readonly target: Target;
  /** `modern`: the endpoint serves only revisions without `initialize`. */
  readonly era: 'legacy' | 'modern';
  /** Absent: the server keeps no sessions. */
  readonly sessionId?: string;
  /** The revision that the requests speak. */
  readonly version: string;
  /** Replicas do not share sessions. From now on, a request that a replica refuses is sent again until it reaches the one with the session. */
  lost: boolean;
  /** A proxy removes `Mcp-Session-Id`, so nothing can be said of sessions. */
  stripped: boolean;
  /** Sends a request of the session. `headers` are added. */
  post(method: string, params?: object, headers?: Headers, id?: string): Promise<Answer>;
  /** Answers a request of the server. */
  respond(id: unknown, content: object): Promise<Answer>;
  /** Opens a stream. */
  listen(headers?: Headers): Promise<Answer>;
  /** Sends anything, with the headers of the session. */
  send(request: { method: 'GET' | 'POST' | 'DELETE'; headers: Headers; body?: string; path?: string }): Promise<Answer>;
  /** Its reason is a `TimeoutError` when a request may not take longer. */
  signal(): AbortSignal;
}

export interface VisitOptions extends Pick<Visit, 'target' | 'era' | 'version'> {
  readonly sessionId?: string | undefined;
  readonly timeoutMs: number;
}

/** Sends an answer's request again while `isRefused` says so, `attempts` times in total. */
async function again(attempts: number, send: () => Promise<Answer>, isRefused: (status: number) => boolean) {
  let answer = await send();
  for (let attempt = 1; attempt < attempts && isRefused(answer.status); attempt += 1) {
    answer.cut();
    answer = await send();
  }
  return answer;
}

const isUnknownSession = (status: number) => status === 400 || status === 404;

export function createVisit({ target, era, version, sessionId, timeoutMs }: VisitOptions): Visit {
  const signal = () => AbortSignal.timeout(timeoutMs);
  const own = sessionHeaders(version, sessionId);
  const visit: Visit = {
    target,
    era,
    version,
    ...(sessionId === undefined ? {} : { sessionId }),
    lost: false,
    stripped: false,
    signal,
    post(method, params = {}, headers = {}, id = method) {
      const request = era === 'modern' ? modernRequest(CLIENT, method, params) : { headers: own, params };
      const message = { id, method, params: request.params };
      return lucky(() => postMessage(target, message, { ...request.headers, ...headers }, signal()));
    },
    respond: (id, content) => lucky(() => postMessage(target, { id, ...content }, own, signal())),
    async listen(headers = {}) {
      const all = { ...own, accept: 'text/event-stream', ...headers };
      for (let attempt = 1; ; attempt += 1) {
        const answer = await lucky(() => sendRequest(target, { method: 'GET', headers: all }, signal()));
        if (answer.status !== 409 || attempt === BUSY_ATTEMPTS) return answer;
        answer.cut();
        await delay(BUSY_MS);
      }
    },
    send({ path = target.path, headers, ...request }) {
      const all = { ...own, ...headers };
      return lucky(() => sendRequest({ ...target, path }, { ...request, headers: all }, signal()));
    },
  };
  const lucky = (send: () => Promise<Answer>) => again(visit.lost ? LUCK : 1, send, isUnknownSession);
  return visit;
}
