import type { AuthInfo } from '../core/caller.ts';
import type { Arrival, FilterOf, Gate } from '../core/gate.ts';
import type { Log } from '../core/log.ts';
import type { RandomId, Signer } from '../core/signer.ts';
import type { SpentStates } from '../core/store/spent-states.ts';
import { type Presented, presentedToken } from './bearer.ts';
import { createDpopVerifier, type DpopVerifier } from './dpop.ts';
import type { Fetch } from './fetch-json.ts';
import { createHiddenLists } from './hidden-lists.ts';
import { fullIssuer, requireValidAuth } from './invalid-auth.ts';
import { createIssuer, type Issuer } from './issuer.ts';
import type { AuthOptions } from './options.ts';
import { createRefusals } from './refusals.ts';
import { createResource, type Resource, resourceMetadata } from './resource.ts';
import { createScopeRules, type ScopeRules } from './scope-rules.ts';
import { InvalidToken } from './token-errors.ts';
import { createVerifiedTokens, type Verified } from './verified-tokens.ts';
import { createTokenVerifier } from './verify-token.ts';

export interface GateParts {
  /** The path of the endpoint in this process. */
  readonly path: string;
  readonly signer: Signer;
  readonly spent: SpentStates;
  readonly random: RandomId;
  readonly log: Log;
  /** Default: the global one. */
  readonly fetch?: Fetch;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A gate, and the filter of lists if lists are filtered. */
export interface AuthGate extends Gate {
  readonly filterOf: FilterOf | undefined;
}

const CLOCK_SKEW_SECONDS = 30;
const CACHE_SECONDS = 60;

/** Creates the gate of a protected resource. Throws `AnypodError` `invalid_options` for options that cannot work. */
export function createGate(options: AuthOptions, parts: GateParts): AuthGate {
  requireValidAuth(options);
  const now = parts.now ?? Date.now;
  const rules = createScopeRules(options.scopes ?? {});
  const resource = createResource(options.publicUrls ?? [], parts.path);
  const issuers = createIssuers(options, parts, rules);
  const cacheMs = (options.cacheSeconds ?? CACHE_SECONDS) * 1000;
  const tokens = createVerifiedTokens({ verify: createTokenVerifier({ issuers, cacheMs, now }), now });
  const { dpop } = options;
  const proofs = dpop && createDpopVerifier({ ...parts, requireNonce: dpop.nonce ?? true, now });
  const offered = dpop && (dpop.required === true ? 'only' : 'also');
  const refusals = createRefusals({ resource, required: rules.required, proofs, dpop: offered, log: parts.log });
  const accept = createAcceptance(options, resource, proofs);

  async function refusing(accepted: Promise<AuthInfo>, { caller }: Arrival): Promise<AuthInfo> {
    try {
      return await accepted;
    } catch (error) {
      throw refusals.of(caller, error);
    }
  }

  function admit(arrival: Arrival): AuthInfo | Promise<AuthInfo> {
    try {
      const presented = presentedToken(arrival);
      if (presented === undefined) throw refusals.missing(arrival.caller);
      const verified = tokens.get(presented.token);
      if (verified instanceof Promise) {
        return refusing(
          verified.then((known) => accept(known, presented, arrival)),
          arrival,
        );
      }
      const accepted = accept(verified, presented, arrival);
      return accepted instanceof Promise ? refusing(accepted, arrival) : accepted;
    } catch (error) {
      throw refusals.of(arrival.caller, error);
    }
  }

  return {
    admit,
    permit(caller, body) {
      const needed = rules.needed(body);
      if (needed.every((scope) => caller.authInfo?.scopes.includes(scope))) return;
      throw refusals.insufficient(caller, needed, 'The token lacks a scope that this call needs.');
    },
    challenge: (caller, body, { scopes, message }) =>
      refusals.insufficient(caller, [...new Set([...rules.needed(body), ...scopes])], message),
    metadata(caller) {
      if (!resource.isMetadata(caller)) return undefined;
      const names = issuers.map(({ name }) => name);
      return resourceMetadata(resource.urlFor(caller), options, names);
    },
    filterOf: options.scopes?.hide === true ? createHiddenLists(rules) : undefined,
  };
}

function createIssuers(options: AuthOptions, parts: GateParts, { expand }: ScopeRules): readonly Issuer[] {
  const { publicUrls = [], audiences = [], clockSkewSeconds = CLOCK_SKEW_SECONDS } = options;
  const { log, now = Date.now, fetch = globalThis.fetch } = parts;
  const context = { audiences: [...publicUrls, ...audiences], clockSkewSeconds, expand, fetch, now, log };
  return options.issuers.map((issuer) => createIssuer(fullIssuer(issuer), context));
}

type Accept = (verified: Verified, presented: Presented, arrival: Arrival) => AuthInfo | Promise<AuthInfo>;

/** Checks whether a verified token is bound to a key, and if so the proof of the request. Returns no promise for a token that is not bound. */
function createAcceptance(
  { passToken = false, dpop }: AuthOptions,
  resource: Resource,
  proofs: DpopVerifier | undefined,
): Accept {
  return ({ authInfo, boundTo }, { scheme, token }, arrival) => {
    const given = passToken ? { ...authInfo, token } : authInfo;
    if (boundTo === undefined) {
      if (scheme === 'bearer' && dpop?.required !== true) return given;
      throw new InvalidToken('The token is not bound to a key.');
    }
    if (proofs === undefined) throw new InvalidToken('The token is bound to a key, and this server checks no proofs.');
    if (scheme === 'bearer') throw new InvalidToken('The token is bound to a key. Send it with a proof, as DPoP.');
    return proofs.verify(arrival, resource.urlFor(arrival.caller), token, boundTo).then(() => given);
  };
}
