import type { Anypod, AuthInfo } from 'anypod';

const VERSION = '2026-07-28';
const ELICITATION = { elicitation: { form: {} } };

/** A response, loosely. */
export interface Answer {
  readonly id?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data?: { reason?: string; retry?: boolean } };
}

export interface Call {
  readonly args?: object;
  readonly auth?: AuthInfo;
  /** `_meta["anypod/idempotencyKey"]` */
  readonly key?: unknown;
  readonly signal?: AbortSignal;
  readonly id?: number | string;
  /** More members of `params`. */
  readonly more?: object;
  /** What the client can do. Default: elicitation. */
  readonly capabilities?: object;
  /** The `Mcp-Name` header, where it is not the tool's name. */
  readonly nameHeader?: string;
}

/** The body of a `tools/call` of 2026-07-28. */
export function callBody(
  name: string,
  { args = {}, key, id = 1, more, capabilities = ELICITATION }: Call = {},
): string {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/logLevel': 'debug',
    progressToken: 'p',
    ...(key === undefined ? {} : { 'anypod/idempotencyKey': key }),
  };
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args, _meta, ...more },
  });
}

export function callHeaders(name: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': VERSION,
    'mcp-method': 'tools/call',
    'mcp-name': name,
  };
}

/** Calls a tool on a pod of this process, as the caller that `auth` says. */
export function call(pod: Anypod, name: string, given: Call = {}): Promise<Response> {
  const { auth, signal, nameHeader = name } = given;
  const init = { method: 'POST', headers: callHeaders(nameHeader), body: callBody(name, given) };
  const request = new Request('http://localhost/mcp', signal === undefined ? init : { ...init, signal });
  return pod.fetch(request, auth === undefined ? {} : { authInfo: auth });
}

/** The response, whether it came as JSON or as the last event of a stream. */
export async function answerOf(calling: Promise<Response> | Response): Promise<Answer> {
  const text = await (await calling).text();
  return JSON.parse(text.startsWith('{') ? text : (/.*^data: (.*)$/ms.exec(text)?.[1] ?? '{}')) as Answer;
}

/** The text of a tool's result, or the error. */
export async function textOf(calling: Promise<Response> | Response): Promise<unknown> {
  const { result, error } = await answerOf(calling);
  return (result?.['content'] as { text: string }[] | undefined)?.[0]?.text ?? error;
}
