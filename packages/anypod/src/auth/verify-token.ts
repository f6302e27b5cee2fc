import { decodeJwt, decodeProtectedHeader, type JWSHeaderParameters } from 'jose';
import type { AuthInfo } from '../core/caller.ts';
import type { Claims } from './claims.ts';
import type { Issuer } from './issuer.ts';
import { InvalidToken } from './token-errors.ts';
import type { Verified } from './verified-tokens.ts';

/** The answer of an authorization server about a token is trusted for this time at most. */
const INTROSPECTED_MS = 30_000;

export interface TokenVerifierOptions {
  readonly issuers: readonly Issuer[];
  /** The longest time for which a token is not verified again. */
  readonly cacheMs: number;
  readonly now: () => number;
}

/** Verifies a token: a JWT with the keys of its issuer, which may also be asked, and any other token by asking the issuer that introspects. */
export function createTokenVerifier({
  issuers,
  cacheMs,
  now,
}: TokenVerifierOptions): (token: string) => Promise<Verified> {
  const byName = new Map(issuers.map((issuer) => [issuer.name, issuer]));
  const asked = issuers.find(({ introspector }) => introspector !== undefined);

  function verified(authInfo: AuthInfo, { exp, cnf }: Claims, keptMs: number, isCurrent: () => boolean): Verified {
    const { jkt } = (cnf ?? {}) as { readonly jkt?: unknown };
    const until = Math.min((exp as number) * 1000, now() + keptMs);
    return { authInfo, until, isCurrent, ...(typeof jkt === 'string' ? { boundTo: jkt } : {}) };
  }

  async function verifyJwt(token: string, { iss, header }: JwtParts): Promise<Verified> {
    const issuer = byName.get(iss);
    if (issuer === undefined) throw new InvalidToken('The token is of another issuer.');
    const claims = await issuer.verifyJwt(token, header);
    const { introspector, keys } = issuer;
    const { generation } = keys;
    const isAsked = introspector?.always === true;
    if (isAsked) await introspector.requireActive(token);
    const keptMs = isAsked ? Math.min(cacheMs, INTROSPECTED_MS) : cacheMs;
    return verified(issuer.authInfo(claims), claims, keptMs, () => keys.generation === generation);
  }

  async function introspect(token: string): Promise<Verified> {
    if (asked?.introspector === undefined) throw new InvalidToken('The token is no JWT.');
    const claims = await asked.introspector.claimsOf(token);
    return verified(asked.authInfo(claims), claims, Math.min(cacheMs, INTROSPECTED_MS), () => true);
  }

  return async (token) => {
    const jwt = readJwt(token);
    return jwt === undefined ? introspect(token) : verifyJwt(token, jwt);
  };
}

interface JwtParts {
  readonly iss: string;
  readonly header: JWSHeaderParameters;
}

/** What a JWT says of itself; nothing is verified yet. Undefined: the token is opaque. */
function readJwt(token: string): JwtParts | undefined {
  if (token.split('.').length !== 3) return undefined;
  try {
    return { iss: decodeJwt(token).iss ?? '', header: decodeProtectedHeader(token) as JWSHeaderParameters };
  } catch {
    return undefined;
  }
}
