import type { RequireAudience } from './audiences.ts';
import type { Claims } from './claims.ts';
import { type Fetch, fetchJson } from './fetch-json.ts';
import { InvalidToken, IssuerUnavailable } from './token-errors.ts';

/** How many questions to one authorization server may wait at once. More would only make it slower. */
const MAX_WAITING = 64;

export interface IntrospectorOptions {
  readonly issuer: string;
  readonly endpoint: () => Promise<string>;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly trustAudience: boolean;
  readonly always: boolean;
  readonly requireAudience: RequireAudience;
  readonly clockSkewSeconds: number;
  readonly fetch: Fetch;
  readonly now: () => number;
}

/** Asks an authorization server about tokens (RFC 7662). Both reject with `InvalidToken` or `IssuerUnavailable`. */
export interface Introspector {
  /** The claims of an opaque token. */
  claimsOf(token: string): Promise<Claims>;
  /** Whether a token, whose claims are known, still counts. */
  requireActive(token: string): Promise<void>;
  /** Whether `requireActive` is wanted for JWTs. */
  readonly always: boolean;
}

export function createIntrospector(options: IntrospectorOptions): Introspector {
  const { endpoint, clientId, clientSecret, fetch } = options;
  const credentials = [clientId, clientSecret].map(formEncoded).join(':');
  const headers = {
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  let waiting = 0;

  async function ask(token: string): Promise<Claims> {
    if (waiting >= MAX_WAITING) throw new Error('too many tokens wait for the authorization server');
    waiting += 1;
    try {
      const body = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString();
      return await fetchJson(fetch, await endpoint(), { method: 'POST', headers, body });
    } finally {
      waiting -= 1;
    }
  }

  async function askActive(token: string): Promise<Claims> {
    const claims = await ask(token).catch((cause: unknown) => {
      throw new IssuerUnavailable('The authorization server cannot be asked about the token.', { cause });
    });
    if (claims['active'] !== true) throw new InvalidToken('The token is not active.');
    return claims;
  }

  return {
    async claimsOf(token) {
      const claims = await askActive(token);
      requireValid(claims, options);
      return claims;
    },
    async requireActive(token) {
      await askActive(token);
    },
    always: options.always,
  };
}

function requireValid(claims: Claims, options: IntrospectorOptions): void {
  const { issuer, requireAudience, trustAudience, clockSkewSeconds, now } = options;
  const { iss, aud, exp, nbf } = claims;
  if (iss !== undefined && iss !== issuer) throw new InvalidToken('The token is of another issuer.');
  if (!(aud === undefined && trustAudience)) requireAudience(aud);
  const seconds = now() / 1000;
  if (typeof exp !== 'number' || exp <= seconds - clockSkewSeconds) throw new InvalidToken('The token has expired.');
  if (typeof nbf === 'number' && nbf > seconds + clockSkewSeconds)
    throw new InvalidToken('The token is not valid yet.');
}

/** RFC 6749 §2.3.1: the parts of the credentials are form-encoded. */
function formEncoded(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}
