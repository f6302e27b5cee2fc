import type { JSONWebKeySet } from 'jose';

/** Names of claims, the first that a token has counts. A name with dots may also be a path, such as `realm_access.tenant`. */
export type ClaimNames = string | readonly string[];

/** Which claims of a token say who calls, because providers differ. */
export interface ClaimOptions {
  /** Default `sub`. A token without it stands for its client. */
  readonly subject?: ClaimNames;
  /** Default `client_id`, then `azp`. */
  readonly clientId?: ClaimNames;
  /** A string of scopes, or an array. Default `scope`, then `scp`. */
  readonly scope?: ClaimNames;
  /** Default: none. */
  readonly tenant?: ClaimNames;
  /** Other claims that your server gets in `authInfo.extra.claims`. They are stored with running calls. Default: none. */
  readonly pass?: readonly string[];
}

/** How to ask an authorization server about its tokens (RFC 7662). */
export interface IntrospectionOptions {
  /** Default: what the metadata of the issuer says. */
  readonly endpoint?: string;
  /** This server's own credentials at the authorization server. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Accept an active token that names no audience. Set it only if the authorization server itself refuses tokens for others. Default false. */
  readonly trustAudience?: boolean;
  /**
   * Also ask about JWTs, after their signature is verified, so that a logout or a revocation ends them within 30 s. Default false: a JWT is good until it
   * expires.
   */
  readonly always?: boolean;
}

/** An authorization server whose tokens are accepted. */
export interface IssuerOptions {
  /** Exactly as in `iss`. */
  readonly issuer: string;
  /** Default: what the metadata of the issuer says (RFC 8414, or OpenID Connect Discovery). */
  readonly jwksUri?: string;
  /** Keys that never change. With them nothing is fetched. */
  readonly jwks?: JSONWebKeySet;
  /** Accepted signatures. Default: RS, PS and ES with 256 to 512 bits, and EdDSA. Symmetric ones are refused. */
  readonly algorithms?: readonly string[];
  /** What `typ` must be, such as `at+jwt` (RFC 9068). Default: anything. */
  readonly typ?: string;
  /** Accepted audiences beside those of all issuers. */
  readonly audiences?: readonly string[];
  readonly claims?: ClaimOptions;
  /** The tenant of all tokens of this issuer. */
  readonly tenant?: string;
  /** The tenants for which this issuer may speak. Required beside `claims.tenant` if there are several issuers. */
  readonly tenants?: readonly string[];
  readonly introspection?: IntrospectionOptions;
  /** Allow http for an issuer that is not on this machine. Default false. */
  readonly allowHttp?: boolean;
}

/** Scopes by name of tool, prompt, or URI of resource. `*` in a name stands for any text. All that match count. */
export type ScopePatterns = Readonly<Record<string, readonly string[]>>;

export interface ScopeOptions {
  /** What every request needs. Clients are told to ask for these. */
  readonly required?: readonly string[];
  readonly tools?: ScopePatterns;
  readonly prompts?: ScopePatterns;
  readonly resources?: ScopePatterns;
  /** The scopes that a scope contains: `{ admin: ['write'], write: ['read'] }`. */
  readonly implies?: ScopePatterns;
  /** `scopes_supported` of the metadata. Default: `required`. */
  readonly supported?: readonly string[];
  /** Leave out of lists what the caller's scopes do not allow. Default false. */
  readonly hide?: boolean;
}

/** DPoP (RFC 9449): tokens that work only with a key of the client. */
export interface DpopOptions {
  /** Refuse tokens that are not bound to a key. Default false. */
  readonly required?: boolean;
  /** Demand a nonce of this server in each proof. Default true. */
  readonly nonce?: boolean;
}

/** Makes the server a protected resource (OAuth 2.1, RFC 9728). */
export interface AuthOptions {
  /** The authorization servers. A text is an issuer with defaults. */
  readonly issuers: readonly (string | IssuerOptions)[];
  /**
   * The URLs under which clients reach the endpoint, such as `https://mcp.example.com/mcp`. Each is an audience. Metadata and challenges name the one
   * with the host of the request, else the first. Without it, they name the URL of the request, and `audiences` must be set.
   */
  readonly publicUrls?: readonly string[];
  /** Other accepted audiences. */
  readonly audiences?: readonly string[];
  readonly scopes?: ScopeOptions;
  readonly dpop?: DpopOptions;
  /** `resource_name` of the metadata. */
  readonly resourceName?: string;
  /** `resource_documentation` of the metadata. */
  readonly documentation?: string;
  /** How far clocks may differ, in seconds. Default 30. */
  readonly clockSkewSeconds?: number;
  /** Longest time for which a verified token is not verified again, in seconds. Default 60; an introspected one 30 at most. */
  readonly cacheSeconds?: number;
  /**
   * Give your server the token, in `authInfo.token` and in the headers, so that it can exchange it (RFC 8693). It must never send it on, nor put it into a
   * result. Default false.
   */
  readonly passToken?: boolean;
}
