import type { JSONWebKeySet } from 'jose';
import type { AuthInfo } from '../core/caller.ts';
import type { Log } from '../core/log.ts';
import { createRequireAudience } from './audiences.ts';
import { authInfoOf, type Claims } from './claims.ts';
import { discover, type IssuerMetadata } from './discovery.ts';
import { type Fetch, fetchJson, IssuerAnswerError } from './fetch-json.ts';
import { createIntrospector, type Introspector } from './introspection.ts';
import { createJwtVerifier, type VerifyJwt } from './jwt-verifier.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import type { IssuerOptions } from './options.ts';
import { createRemembered } from './remembered.ts';

const METADATA_REFRESH_MS = 60 * 60_000;
const METADATA_COOLDOWN_MS = 10_000;
const METADATA_RETRY_MS = 2000;

/** What all issuers share. */
export interface IssuerContext {
  /** Accepted audiences of all issuers. */
  readonly audiences: readonly string[];
  readonly clockSkewSeconds: number;
  readonly expand: (scopes: readonly string[]) => readonly string[];
  readonly fetch: Fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

/** An authorization server whose tokens are accepted. */
export interface Issuer {
  readonly name: string;
  readonly keys: KeySet;
  readonly verifyJwt: VerifyJwt;
  /** Undefined: its opaque tokens are not accepted. */
  readonly introspector: Introspector | undefined;
  authInfo(claims: Claims): AuthInfo;
}

/** Nothing is fetched before the first token: a pod starts while its authorization servers are away. */
export function createIssuer(options: IssuerOptions, context: IssuerContext): Issuer {
  const { issuer, allowHttp = false, introspection } = options;
  const { fetch, now, log, clockSkewSeconds } = context;
  const onError = (err: unknown) => log.warn({ issuer, err }, 'an authorization server cannot be read');
  const metadata = createRemembered<IssuerMetadata>(() => discover(fetch, issuer, allowHttp), {
    refreshMs: METADATA_REFRESH_MS,
    cooldownMs: METADATA_COOLDOWN_MS,
    retryMs: METADATA_RETRY_MS,
    now,
    onError,
  });

  async function placeOf(name: keyof IssuerMetadata, configured: string | undefined): Promise<string> {
    const place = configured ?? (await metadata.get())[name];
    if (place === undefined) throw new IssuerAnswerError(`The metadata of ${issuer} lacks ${name}.`);
    return place;
  }

  async function loadKeys(): Promise<JSONWebKeySet> {
    if (options.jwks !== undefined) return options.jwks;
    return (await fetchJson(fetch, await placeOf('jwksUri', options.jwksUri))) as unknown as JSONWebKeySet;
  }

  const requireAudience = createRequireAudience([...context.audiences, ...(options.audiences ?? [])]);
  const keys = createKeySet({ load: loadKeys, now, onError });
  const shared = { issuer, requireAudience, clockSkewSeconds, now };
  return {
    name: issuer,
    keys,
    verifyJwt: createJwtVerifier({ ...options, ...shared, keys }),
    introspector:
      introspection &&
      createIntrospector({
        ...shared,
        ...introspection,
        trustAudience: introspection.trustAudience ?? false,
        always: introspection.always ?? false,
        endpoint: () => placeOf('introspectionEndpoint', introspection.endpoint),
        fetch,
      }),
    authInfo: (claims) => authInfoOf(claims, options, context.expand),
  };
}
