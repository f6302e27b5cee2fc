import { LIVE_SESSION, type Malformed } from './malformed.ts';
import type { Answer } from './sender.ts';

/** What is wrong with the answer to a malformed request. Undefined: nothing. */
export function faultOf(request: Malformed, { status, headers, body }: Answer): string | undefined {
  if (request.raw !== undefined) return status >= 500 ? `status ${status}` : undefined;
  if (status === 0) return 'the connection ended without an answer';
  if (status >= 500) return `status ${status}: ${body.slice(0, 300)}`;
  if (headers['content-type'] !== 'application/json' || body === '') return undefined;
  return faultIn(body);
}

interface Failed {
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly reason?: string } };
}

/** With a reason of docs/errors.md, an internal error is a deliberate answer: a request that was cancelled before it came, for example. */
function saysNothing({ code, message, data }: NonNullable<Failed['error']>): boolean {
  return !/\w/.test(message) || (code === -32603 && typeof data?.reason !== 'string');
}

function faultIn(body: string): string | undefined {
  try {
    const bad = [JSON.parse(body) as Failed].flat().find(({ error }) => error !== undefined && saysNothing(error));
    return bad && `an error that says nothing, or blames the server: ${JSON.stringify(bad).slice(0, 300)}`;
  } catch {
    return `a body that is no JSON: ${body.slice(0, 300)}`;
  }
}

/** A request as it can be sent again by hand. */
export function spell(request: Malformed): string {
  const { raw, ...parts } = request;
  const text = JSON.stringify(raw === undefined ? parts : { raw });
  return text.length > 1500 ? `${text.slice(0, 1500)}… (${text.length} characters)` : text;
}

/** Puts the id of a live session where it belongs. */
export function inSession(request: Malformed, session: string): Malformed {
  const headers = request.headers.map(([name, value]) => [name, value === LIVE_SESSION ? session : value] as const);
  return { ...request, headers, ...(request.raw && { raw: request.raw.replaceAll(LIVE_SESSION, session) }) };
}
