import { FIRST_MODERN_VERSION } from '../core/session/protocol-version.ts';
import { SESSION_VERSION } from '../probe/client.ts';
import * as handshake from '../probe/handshake.ts';
import type { Answer } from '../probe/request.ts';
import type { Target } from '../probe/target.ts';
import { CLIENT, createVisit, type Visit } from './visit.ts';

/** The first answers of an endpoint. */
export interface Admission {
  readonly visit: Visit;
  /** Name and version of the server. */
  readonly server: string;
  /** The headers of the first answer. */
  readonly headers: Answer['headers'];
}

/** Why no session and no modern request is possible. */
export interface Refusal {
  readonly status: number;
  readonly headers: Answer['headers'];
  /** The beginning of the body. */
  readonly text: string;
}

/** Sends `initialize` for a revision. */
export function initialize(target: Target, version: string, timeoutMs: number): Promise<handshake.Opening> {
  return handshake.initialize(target, CLIENT, version, AbortSignal.timeout(timeoutMs));
}

/** Ends a session that `initialize` has opened. A server that refuses that ends it by itself. */
export async function endSession(target: Target, sessionId: string, version: string, timeoutMs: number): Promise<void> {
  (await handshake.sendDelete(target, version, sessionId, AbortSignal.timeout(timeoutMs))).cut();
}

/** The revisions in the result of `server/discover`. Undefined: the endpoint does not know it. */
export async function discover(target: Target, timeoutMs: number): Promise<readonly string[] | undefined> {
  const { answer, versions } = await handshake.discover(target, CLIENT, AbortSignal.timeout(timeoutMs));
  answer.cut();
  return versions;
}

/**
 * Opens a session, or finds out that the endpoint serves only 2026-07-28.
 *
 * @throws ProbeFailure if nothing answers.
 */
export async function admit(target: Target, timeoutMs: number): Promise<Admission | Refusal> {
  const { answer, result, sessionId } = await initialize(target, SESSION_VERSION, timeoutMs);
  if (result !== undefined) {
    const version = result.protocolVersion;
    (await handshake.sendInitialized(target, version, sessionId, AbortSignal.timeout(timeoutMs))).cut();
    const visit = createVisit({ target, era: 'legacy', version, sessionId, timeoutMs });
    return { visit, server: result.server, headers: answer.headers };
  }
  const versions = answer.status === 401 ? undefined : await discover(target, timeoutMs);
  if (versions !== undefined) {
    const visit = createVisit({ target, era: 'modern', version: FIRST_MODERN_VERSION, timeoutMs });
    return { visit, server: 'unnamed', headers: answer.headers };
  }
  const { location } = answer.headers;
  if (location !== undefined) answer.cut();
  const text = answer.status === 200 || location !== undefined ? (location ?? '') : await answer.text();
  return { status: answer.status, headers: answer.headers, text: text.trim().slice(0, 200) };
}
