import type { JsonRpcResponse } from '../core/json/json-rpc.ts';
import { initializeParams, modernRequest, type ProbingClient, sessionHeaders } from './client.ts';
import { IS_ENDPOINT, ProbeFailure } from './failure.ts';
import { type Answer, postMessage, sendRequest } from './request.ts';
import { responseIn, resultIn } from './response.ts';
import type { Target } from './target.ts';

/** What a server says of itself in the result of `initialize`. */
export interface Initialized {
  readonly protocolVersion: string;
  /** Name and version of the server. */
  readonly server: string;
  readonly hasTools: boolean;
}

/** How a first request was answered. */
interface Greeting {
  /** Its body is not read if the status is not 200. */
  readonly answer: Answer;
  /** Why a 200 has no result. */
  readonly failure?: ProbeFailure;
}

/** How `initialize` was answered. */
export interface Opening extends Greeting {
  /** Absent: not by a result. */
  readonly result?: Initialized;
  /** Absent: the server keeps no sessions. */
  readonly sessionId?: string;
}

/** Sends `initialize` for a revision. */
export async function initialize(
  target: Target,
  client: ProbingClient,
  version: string,
  signal: AbortSignal,
): Promise<Opening> {
  const message = { id: 'initialize', method: 'initialize', params: initializeParams(client, version) };
  const answer = await postMessage(target, message, {}, signal);
  const id = answer.headers['mcp-session-id'];
  const session = typeof id === 'string' ? { sessionId: id } : {};
  const read = await resultOf200(target, answer);
  if (!('result' in read)) return { answer, ...session, ...read };
  const result = asInitialized(read.result);
  if (result !== undefined) return { answer, ...session, result };
  const failure = new ProbeFailure(`${target.label} names no revision.`, IS_ENDPOINT);
  return { answer, ...session, failure };
}

const VERSION = /^\d{4}-\d\d-\d\d$/;

/** Undefined: it is no result of `initialize`. Its version goes into headers, so it must be one. */
function asInitialized({
  protocolVersion,
  serverInfo,
  capabilities,
}: Record<string, unknown>): Initialized | undefined {
  if (typeof protocolVersion !== 'string' || !VERSION.test(protocolVersion)) return undefined;
  const { name, version } = (serverInfo ?? {}) as Record<string, unknown>;
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value.slice(0, 100) : otherwise);
  const server = `${text(name, 'unnamed')} ${text(version, '')}`.trim();
  return { protocolVersion, server, hasTools: Object.hasOwn((capabilities ?? {}) as object, 'tools') };
}

/** Tells the server that the client is ready. */
export function sendInitialized(
  target: Target,
  version: string,
  sessionId: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  return postMessage(target, { method: 'notifications/initialized' }, sessionHeaders(version, sessionId), signal);
}

/** Sends the client's DELETE for a session. */
export function sendDelete(target: Target, version: string, sessionId: string, signal: AbortSignal): Promise<Answer> {
  return sendRequest(target, { method: 'DELETE', headers: sessionHeaders(version, sessionId) }, signal);
}

/** How `server/discover` was answered. */
export interface Discovery extends Greeting {
  /** Absent: not by a result that names revisions. */
  readonly versions?: readonly string[];
}

/** Sends the first request of a client of 2026-07-28. */
export async function discover(target: Target, client: ProbingClient, signal: AbortSignal): Promise<Discovery> {
  const { headers, params } = modernRequest(client, 'server/discover', {});
  const answer = await postMessage(target, { id: 'discover', method: 'server/discover', params }, headers, signal);
  const read = await resultOf200(target, answer);
  if (!('result' in read)) return { answer, ...read };
  const { supportedVersions } = read.result;
  return Array.isArray(supportedVersions) ? { answer, versions: supportedVersions.map(String) } : { answer };
}

/** The result in a 200, or why there is none. Empty: another status. */
async function resultOf200(
  target: Target,
  answer: Answer,
): Promise<{ readonly result: Record<string, unknown> } | { readonly failure?: ProbeFailure }> {
  if (answer.status !== 200) return {};
  try {
    const response: JsonRpcResponse = await responseIn(target, answer);
    return { result: resultIn(target, response) };
  } catch (error) {
    if (error instanceof ProbeFailure) return { failure: error };
    throw error;
  }
}
