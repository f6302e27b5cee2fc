import type { Malformed } from './request.ts';
import type { Answer } from './sender.ts';

/** The only answers above 499 that a pod may give here: Redis took too long on a busy machine, or too many calls wait for their clients. */
const DELIBERATE = ['store_unavailable', 'too_many_parked'];

function isDeliberate(status: number, headers: Answer['headers'], body: string): boolean {
  const said = DELIBERATE.some((reason) => body.includes(`"reason":"${reason}"`));
  return status === 503 && headers['retry-after'] !== undefined && said;
}

/** What is wrong with the answer to a malformed request. Undefined: nothing. */
export function faultOf(request: Malformed, { status, headers, body }: Answer): string | undefined {
  if (request.raw !== undefined) return status >= 500 ? `status ${status}` : undefined;
  if (status === 0) return 'the connection ended without an answer';
  if (status >= 500) return isDeliberate(status, headers, body) ? undefined : `status ${status}: ${body.slice(0, 300)}`;
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

/** Puts what only a run knows where a request has a word for it: the id of a live session, tokens. */
export function fill(request: Malformed, words: Readonly<Record<string, string>>): Malformed {
  const put = (text: string) =>
    Object.entries(words).reduce((filled, [word, value]) => filled.replaceAll(word, value), text);
  const headers = request.headers.map(([name, value]) => [name, put(value)] as const);
  return { ...request, path: put(request.path), headers, ...(request.raw && { raw: put(request.raw) }) };
}
