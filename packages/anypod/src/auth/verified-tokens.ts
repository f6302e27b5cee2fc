import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { AuthInfo } from '../core/caller.ts';
import { InvalidToken } from './token-errors.ts';

/** A verified token. */
export interface Verified {
  readonly authInfo: AuthInfo;
  /** The thumbprint of the key that it is bound to (RFC 9449 §6). Undefined: to none. */
  readonly boundTo?: string;
  /** Until when it need not be verified again, in ms since the epoch. Never later than the token's own end. */
  readonly until: number;
  /** Whether the keys with which it was verified are still those of its issuer. */
  readonly isCurrent: () => boolean;
}

/** Remembers tokens by their hash, never the tokens. */
export interface VerifiedTokens {
  /** Returns no promise if the token was verified a short time ago. Callers that bring the same token share one verification. */
  get(token: string): Verified | Promise<Verified>;
}

export interface VerifiedTokensOptions {
  readonly verify: (token: string) => Promise<Verified>;
  readonly now: () => number;
}

const MAX_TOKENS = 10_000;
const MAX_REFUSED = 10_000;
/** A refused token is not judged again for this time. Opaque tokens would otherwise be asked about again and again. */
const REFUSED_MS = 5000;

export function createVerifiedTokens({ verify, now }: VerifiedTokensOptions): VerifiedTokens {
  const verified = new LRUCache<string, Verified>({ max: MAX_TOKENS });
  const refused = new LRUCache<string, { readonly error: InvalidToken; readonly until: number }>({ max: MAX_REFUSED });
  const underWay = new Map<string, Promise<Verified>>();

  async function judge(token: string, key: string): Promise<Verified> {
    try {
      const result = await verify(token);
      verified.set(key, result);
      return result;
    } catch (error) {
      if (error instanceof InvalidToken) refused.set(key, { error, until: now() + REFUSED_MS });
      throw error;
    } finally {
      underWay.delete(key);
    }
  }

  return {
    get(token) {
      const key = hash('sha256', token, 'base64url');
      const known = verified.get(key);
      if (known !== undefined) {
        if (known.until > now() && known.isCurrent()) return known;
        verified.delete(key);
      }
      const refusal = refused.get(key);
      if (refusal !== undefined && refusal.until > now()) return Promise.reject(refusal.error);
      let result = underWay.get(key);
      if (result === undefined) {
        result = judge(token, key);
        underWay.set(key, result);
      }
      return result;
    },
  };
}
