import { type ProbingClient, SESSION_VERSION, sessionHeaders } from '../../probe/client.ts';
import { ProbeFailure, refused } from '../../probe/failure.ts';
import { initialize, sendDelete, sendInitialized } from '../../probe/handshake.ts';
import { type Answer, postMessage, sendRequest } from '../../probe/request.ts';
import { resultOf } from '../../probe/response.ts';
import type { Target } from '../../probe/target.ts';

/** The smoke test as a client. */
export const CLIENT: ProbingClient = { info: { name: 'anypod-doctor', version: '1.0.0' }, capabilities: {} };

/** What `initialize` told about the server. */
export interface Opened {
  readonly session: Session;
  readonly version: string;
  /** Name and version of the server. */
  readonly server: string;
  readonly hasTools: boolean;
}

/** A client with a session. It sends one request at a time, each to the given target, and stops when the given signal aborts. */
export interface Session {
  /** Sends a request and returns its result. */
  ask(target: Target, method: string, params: object, signal: AbortSignal): Promise<Record<string, unknown>>;
  /** Calls a tool; the answer may be JSON or a stream. */
  call(target: Target, tool: string, args: object, signal: AbortSignal): Promise<Answer>;
  /** Opens the standing stream, or resumes the stream of `lastEventId`. */
  listen(target: Target, lastEventId: string | undefined, signal: AbortSignal): Promise<Answer>;
  /** Ends the session. */
  end(target: Target, signal: AbortSignal): Promise<void>;
  /** Whether the target still knows the session. */
  isKnown(target: Target, signal: AbortSignal): Promise<boolean>;
}

/** The id of a tool call in its session. */
export const CALL_ID = 'call';

/** `initialize` and `notifications/initialized`. Tells the name and version of the server as soon as it is known. Throws `ProbeFailure`. */
export async function openSession(
  target: Target,
  signal: AbortSignal,
  tellServer: (server: string) => void,
): Promise<Opened> {
  const { answer, result, sessionId, failure } = await initialize(target, CLIENT, SESSION_VERSION, signal);
  if (result === undefined) throw failure ?? refused(target, answer.status, await answer.text(), false);
  tellServer(result.server);
  if (sessionId === undefined)
    throw new ProbeFailure(`${target.label} created no session.`, 'Check that anypod answers at this URL.');
  const { protocolVersion: version, server, hasTools } = result;
  const initialized = await sendInitialized(target, version, sessionId, signal);
  if (initialized.status !== 202) throw refused(target, initialized.status, await initialized.text(), true);
  initialized.cut();
  return { session: createSession(version, sessionId), version, server, hasTools };
}

function createSession(version: string, sessionId: string): Session {
  const headers = sessionHeaders(version, sessionId);
  return {
    async ask(target, method, params, signal) {
      return resultOf(target, await postMessage(target, { id: method, method, params }, headers, signal), true);
    },
    async call(target, name, args, signal) {
      const params = { name, arguments: args, _meta: { progressToken: CALL_ID } };
      return accepted(
        target,
        await postMessage(target, { id: CALL_ID, method: 'tools/call', params }, headers, signal),
      );
    },
    async listen(target, lastEventId, signal) {
      const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const all = { ...headers, accept: 'text/event-stream', ...resume };
      return accepted(target, await sendRequest(target, { method: 'GET', headers: all }, signal));
    },
    async end(target, signal) {
      (await accepted(target, await sendDelete(target, version, sessionId, signal))).cut();
    },
    async isKnown(target, signal) {
      const { status, cut } = await postMessage(target, { id: 'gone', method: 'ping' }, headers, signal);
      cut();
      return status !== 404;
    },
  };
}

async function accepted(target: Target, answer: Answer): Promise<Answer> {
  if (answer.status === 200) return answer;
  throw refused(target, answer.status, await answer.text(), true);
}
