import type { Arrival } from '../core/gate.ts';

/** A token as a client sent it. */
export interface Presented {
  readonly scheme: 'bearer' | 'dpop';
  readonly token: string;
}

/** The request does not say clearly which token it carries. */
export class MisplacedToken extends Error {
  override readonly name = 'MisplacedToken';
}

/** The characters of RFC 6750 §2.1. Longer tokens do not fit into the headers that Node reads. */
const CREDENTIALS = /^(bearer|dpop) +([A-Za-z0-9._~+/-]+=*)$/i;
const MAX_LENGTH = 16 * 1024;

/**
 * The token of a request. Undefined: it has none. Throws `MisplacedToken` for a token in the query string (MCP, Token Requirements), for two tokens, and
 * for an `Authorization` that is none.
 */
export function presentedToken(arrival: Arrival): Presented | undefined {
  const { headers, url } = arrival.caller;
  if (url.includes('?') && new URL(url).searchParams.has('access_token')) {
    throw new MisplacedToken('Send the token in the Authorization header, never in the query string.');
  }
  const given = headers['authorization'];
  if (given === undefined) return undefined;
  if (Array.isArray(given) || arrival.valuesOf('authorization').length > 1) {
    throw new MisplacedToken('Send one Authorization header.');
  }
  const [, scheme, token] = given.length > MAX_LENGTH ? [] : (CREDENTIALS.exec(given) ?? []);
  if (scheme === undefined || token === undefined) {
    if (/^(bearer|dpop)\b/i.test(given)) throw new MisplacedToken('The Authorization header holds no token.');
    return undefined;
  }
  return { scheme: scheme.toLowerCase() as Presented['scheme'], token };
}
