import { CheckFailure } from '../check/failure.ts';
import { type Answer, postMessage, sendRequest } from '../check/request.ts';
import { responseIn } from '../check/response.ts';
import type { Target } from '../check/target.ts';
import type { JsonRpcResponse } from '../core/json-rpc.ts';
import { FIRST_MODERN_VERSION } from '../core/protocol-version.ts';
import { createVisit, initializeParams, modern, SESSION_VERSION, type Visit } from './visit.ts';

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

interface Initialized {
  readonly protocolVersion?: string;
  readonly serverInfo?: { readonly name?: string; readonly version?: string };
}

/** The response in a 200. Undefined: another status, or no JSON-RPC. */
async function responseOf(target: Target, answer: Answer): Promise<JsonRpcResponse | undefined> {
  if (answer.status !== 200) return undefined;
  return responseIn(target, answer).catch((error: unknown) => {
    if (error instanceof CheckFailure) return undefined;
    throw error;
  });
}

/** How `initialize` was answered. */
export interface Opening {
  readonly answer: Answer;
  /** Absent: not by a result. */
  readonly result?: Initialized | undefined;
  /** Absent: the server keeps no sessions. */
  readonly sessionId?: string | undefined;
}

/** Sends `initialize` for a revision. */
export async function initialize(target: Target, version: string, timeoutMs: number): Promise<Opening> {
  const message = { id: 'initialize', method: 'initialize', params: initializeParams(version) };
  const answer = await postMessage(target, message, {}, AbortSignal.timeout(timeoutMs));
  const result = asInitialized((await responseOf(target, answer))?.result);
  const id = answer.headers['mcp-session-id'];
  return { answer, result, sessionId: typeof id === 'string' ? id : undefined };
}

const VERSION = /^\d{4}-\d\d-\d\d$/;

/** Undefined: it is no result of `initialize`. Its version goes into headers, so it must be one. */
function asInitialized(result: object | undefined): Initialized | undefined {
  const { protocolVersion, serverInfo } = (result ?? {}) as { protocolVersion?: unknown; serverInfo?: object };
  if (typeof protocolVersion !== 'string' || !VERSION.test(protocolVersion)) return undefined;
  const text = (value: unknown) => (typeof value === 'string' ? { value: value.slice(0, 100) } : undefined);
  const { name, version } = (serverInfo ?? {}) as Record<string, unknown>;
  return {
    protocolVersion,
    serverInfo: { name: text(name)?.value ?? 'unnamed', version: text(version)?.value ?? '' },
  };
}

/** Ends a session that `initialize` has opened. A server that refuses that ends it by itself. */
export async function endSession(target: Target, sessionId: string, version: string, timeoutMs: number): Promise<void> {
  const headers = { 'mcp-session-id': sessionId, 'mcp-protocol-version': version };
  (await sendRequest(target, { method: 'DELETE', headers }, AbortSignal.timeout(timeoutMs))).cut();
}

/** The revisions in the result of `server/discover`. Undefined: the endpoint does not know it. */
export async function discover(target: Target, timeoutMs: number): Promise<readonly string[] | undefined> {
  const { headers, params } = modern('server/discover', {});
  const message = { id: 'discover', method: 'server/discover', params };
  const answer = await postMessage(target, message, headers, AbortSignal.timeout(timeoutMs));
  const result = (await responseOf(target, answer))?.result as { supportedVersions?: string[] } | undefined;
  answer.cut();
  return result?.supportedVersions;
}

/**
 * Opens a session, or finds out that the endpoint serves only 2026-07-28.
 *
 * @throws CheckFailure if nothing answers.
 */
export async function admit(target: Target, timeoutMs: number): Promise<Admission | Refusal> {
  const { answer, result, sessionId } = await initialize(target, SESSION_VERSION, timeoutMs);
  if (result?.protocolVersion !== undefined) {
    const visit = createVisit({ target, era: 'legacy', version: result.protocolVersion, sessionId, timeoutMs });
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    (await visit.send({ method: 'POST', headers, body })).cut();
    const { name = 'unnamed', version = '' } = result.serverInfo ?? {};
    return { visit, server: `${name} ${version}`.trim(), headers: answer.headers };
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
