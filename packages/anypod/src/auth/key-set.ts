import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type LocalJWKSet,
} from 'jose';
import { createRemembered } from './remembered.ts';
import { InvalidToken, IssuerUnavailable } from './token-errors.ts';

/** The public keys of one issuer. */
export interface KeySet {
  /** Calls `use` with each key that may have made the signature, until one succeeds. Rejects with `InvalidToken` or `IssuerUnavailable`. */
  tryKeys<T>(header: JWSHeaderParameters, use: (key: CryptoKey) => Promise<T>): Promise<T>;
  /** Increases when the keys change, so that tokens of withdrawn keys are verified again. */
  readonly generation: number;
}

const REFRESH_MS = 5 * 60_000;
const COOLDOWN_MS = 10_000;
const RETRY_MS = 2000;

export interface KeySetOptions {
  readonly load: () => Promise<JSONWebKeySet>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps the keys while the issuer is away. `createRemoteJWKSet` of jose does not: once its cache is stale it fails, though it holds keys, and asks for each
 * token again. A token with an unknown `kid` makes it load the keys again, at most once per cooldown.
 */
export function createKeySet({ load, now, onError }: KeySetOptions): KeySet {
  let generation = 0;
  let last = '';
  const remembered = createRemembered<LocalJWKSet>(
    async () => {
      const set = await load();
      const text = JSON.stringify(set);
      if (text !== last) generation += 1;
      last = text;
      return createLocalJWKSet(set);
    },
    { refreshMs: REFRESH_MS, cooldownMs: COOLDOWN_MS, retryMs: RETRY_MS, now, onError },
  );

  async function loaded(): Promise<LocalJWKSet> {
    try {
      return await remembered.get();
    } catch (cause) {
      throw new IssuerUnavailable('The keys of the issuer cannot be read.', { cause });
    }
  }

  async function find(header: JWSHeaderParameters): Promise<readonly CryptoKey[]> {
    const before = await loaded();
    const known = await matching(before, header);
    if (known.length > 0) return known;
    await remembered.refresh();
    const after = await loaded();
    const found = after === before ? known : await matching(after, header);
    if (found.length > 0) return found;
    if (remembered.failing) throw new IssuerUnavailable('The keys of the issuer cannot be read.');
    throw new InvalidToken('No key of the issuer made this token.');
  }

  return {
    async tryKeys(header, use) {
      let failure: unknown;
      for (const key of await find(header)) {
        try {
          return await use(key);
        } catch (error) {
          if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
          failure = error;
        }
      }
      throw failure;
    },
    get generation() {
      return generation;
    },
  };
}

async function matching(keys: LocalJWKSet, header: JWSHeaderParameters): Promise<readonly CryptoKey[]> {
  try {
    return [await keys(header)];
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return [];
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    const all: CryptoKey[] = [];
    for await (const key of error) all.push(key);
    return all;
  }
}
