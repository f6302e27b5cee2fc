import type { JsonRpcRequest } from './json/json-rpc.ts';

/** What a request asks for. */
export interface CallName {
  /** The name that the client sent. */
  readonly method: string;
  /** The tool, prompt or URI that the request names. Undefined: it names none. */
  readonly name: string | undefined;
}

/** The call for which the server's code runs, as far as the async context knows it. */
export interface CallContext extends CallName {
  /** The session's id. Undefined: a call of 2026-07-28. Never log the whole id: it is all that protects an anonymous client's session. */
  readonly session: string | undefined;
  /** The tool that is called. Undefined: the call is not a tool call. */
  readonly tool: string | undefined;
}

/** Tells which call the code that runs now belongs to. */
export interface CallContexts {
  /** Undefined: the code runs for no call, such as work that a module starts by itself. */
  current(): CallContext | undefined;
}

export function callNameOf({ method, params }: Pick<JsonRpcRequest, 'method' | 'params'>): CallName {
  const name = method === 'resources/read' ? params?.['uri'] : params?.['name'];
  return { method, name: typeof name === 'string' ? name : undefined };
}

const SHOWN_OF_NAME = 100;

/**
 * The log fields of a call. `session` is the hash of the session's id, as in all lines, because the id is the only credential of an anonymous client.
 * `trace` is the trace of the call, in hexadecimal digits.
 */
export function callFields(
  { method, name }: CallName,
  session: string | undefined,
  trace?: string,
): Readonly<Record<string, string>> {
  return {
    ...(session !== undefined && { session }),
    method: method.slice(0, SHOWN_OF_NAME),
    ...(method === 'tools/call' && name !== undefined && { tool: name.slice(0, SHOWN_OF_NAME) }),
    ...(trace !== undefined && { trace_id: trace }),
  };
}
