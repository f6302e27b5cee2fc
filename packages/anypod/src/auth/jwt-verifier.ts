import { errors, type JWSHeaderParameters, jwtVerify } from 'jose';
import type { RequireAudience } from './audiences.ts';
import type { Claims } from './claims.ts';
import type { KeySet } from './key-set.ts';
import { InvalidToken, IssuerUnavailable } from './token-errors.ts';

/** Only the issuer can make these signatures. With a symmetric algorithm, whoever verifies could also sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

export interface JwtVerifierOptions {
  readonly issuer: string;
  readonly keys: KeySet;
  readonly requireAudience: RequireAudience;
  readonly algorithms?: readonly string[];
  readonly typ?: string;
  readonly clockSkewSeconds: number;
  readonly now: () => number;
}

/** Verifies a JWT of one issuer. Rejects with `InvalidToken` or `IssuerUnavailable`. */
export type VerifyJwt = (token: string, header: JWSHeaderParameters) => Promise<Claims>;

export function createJwtVerifier(options: JwtVerifierOptions): VerifyJwt {
  const { issuer, keys, requireAudience, algorithms = ALGORITHMS, typ, clockSkewSeconds, now } = options;
  const allowed = [...algorithms];
  return async (token, header) => {
    // Before a key is looked for, so that a forged token cannot make this pod ask for keys.
    if (!allowed.includes(header.alg ?? ''))
      throw new InvalidToken('The token is not signed with an accepted algorithm.');
    const check = {
      issuer,
      algorithms: allowed,
      clockTolerance: clockSkewSeconds,
      requiredClaims: ['exp'],
      currentDate: new Date(now()),
      ...(typ === undefined ? {} : { typ }),
    };
    try {
      const { payload } = await keys.tryKeys(header, (key) => jwtVerify(token, key, check));
      requireAudience(payload.aud);
      return payload;
    } catch (error) {
      throw error instanceof IssuerUnavailable ? error : asInvalid(error);
    }
  };
}

/** Says what is wrong in a fixed sentence, because the text of an error may repeat what a stranger has sent. */
function asInvalid(error: unknown): InvalidToken {
  if (error instanceof InvalidToken) return error;
  if (error instanceof errors.JWTExpired) return new InvalidToken('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return new InvalidToken('The token is not valid yet.');
    if (error.claim === 'typ') return new InvalidToken('The token is of another type.');
    if (error.claim === 'iss') return new InvalidToken('The token is of another issuer.');
    return new InvalidToken('The token lacks a claim, or has a wrong one.');
  }
  return new InvalidToken('The token is malformed, or its signature is wrong.');
}
