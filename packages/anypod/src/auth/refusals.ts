import type { Caller } from '../core/caller.ts';
import { Denied } from '../core/denied.ts';
import type { Log } from '../core/log.ts';
import { MisplacedToken } from './bearer.ts';
import { challengeHeader } from './challenge.ts';
import { type DpopVerifier, InvalidProof } from './dpop.ts';
import { DPOP_ALGORITHMS, type Resource } from './resource.ts';
import { InvalidToken, IssuerUnavailable } from './token-errors.ts';

export interface RefusalOptions {
  readonly resource: Resource;
  /** The scopes that every request needs. */
  readonly required: readonly string[];
  /** Absent: this server checks no proofs. */
  readonly proofs: DpopVerifier | undefined;
  readonly dpop: 'also' | 'only' | undefined;
  readonly log: Log;
}

/** Makes the refusals of the gate, each with its challenge. */
export interface Refusals {
  /** 401: no token. The challenge names no error (RFC 6750 §3.1). */
  missing(caller: Caller): Denied;
  /** 403: the token lacks some of `scopes`. */
  insufficient(caller: Caller, scopes: readonly string[], message: string): Denied;
  /** The refusal for what the verification threw. Any other error is returned as it is. */
  of(caller: Caller, error: unknown): unknown;
}

const RETRY_AFTER_SECONDS = '5';

export function createRefusals({ resource, required, proofs, dpop, log }: RefusalOptions): Refusals {
  function challenge(caller: Caller, scopes: readonly string[], error?: string, description?: string) {
    const header = challengeHeader({
      scopes,
      metadataUrl: resource.metadataUrlFor(caller),
      dpop,
      algorithms: DPOP_ALGORITHMS,
      ...(error === undefined ? {} : { error }),
      ...(description === undefined ? {} : { description }),
    });
    return { 'www-authenticate': header };
  }

  return {
    missing(caller) {
      const message = 'Send an access token as Authorization: Bearer. WWW-Authenticate says where to get one.';
      return new Denied(401, 'token_missing', message, challenge(caller, required));
    },
    insufficient: (caller, scopes, message) =>
      new Denied(403, 'insufficient_scope', message, challenge(caller, scopes, 'insufficient_scope', message)),
    of(caller, error) {
      if (error instanceof MisplacedToken) {
        const headers = challenge(caller, required, 'invalid_request', error.message);
        return new Denied(400, 'token_misplaced', error.message, headers);
      }
      if (error instanceof InvalidToken) {
        const headers = challenge(caller, required, 'invalid_token', error.message);
        return new Denied(401, 'token_invalid', `${error.message} Get a new one.`, headers);
      }
      if (error instanceof InvalidProof) {
        const headers = challenge(caller, required, error.error, error.message);
        const nonce = proofs === undefined ? {} : { 'dpop-nonce': proofs.nonce() };
        return new Denied(401, 'token_invalid', error.message, { ...headers, ...nonce });
      }
      if (!(error instanceof IssuerUnavailable)) return error;
      log.warn({ err: error }, 'a token cannot be verified now');
      const message = 'The token cannot be verified now, because its issuer does not answer. Try again shortly.';
      return new Denied(503, 'issuer_unavailable', message, { 'retry-after': RETRY_AFTER_SECONDS });
    },
  };
}
