/** Verified authentication, in the SDK's shape. anypod passes it on and never stores its token. */
export interface AuthInfo {
  readonly token: string;
  readonly clientId: string;
  readonly scopes: string[];
  /** When the token expires, in seconds since the epoch. */
  readonly expiresAt?: number;
  readonly extra?: Record<string, unknown>;
  readonly [key: string]: unknown;
}

/** Who sends a request, and over what. */
export interface Caller {
  readonly authInfo?: AuthInfo;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Absolute. */
  readonly url: string;
  /** The address of the client, or its network. Only where anonymous callers are limited by it. */
  readonly address?: string;
  /** Names the caller where its use is counted. Only where callers are limited. */
  readonly quotaKey?: string;
  /** Names the caller's tenant there. Only where tenants are limited. */
  readonly tenantQuotaKey?: string;
}

/**
 * The principal of verified authentication: issuer, subject and tenant if the verifier supplies them, else the client id. Undefined: the caller is
 * anonymous. Two anonymous callers are not the same principal.
 */
export function principalOf(authInfo: Pick<AuthInfo, 'clientId' | 'extra'> | undefined): string | undefined {
  if (authInfo === undefined) return undefined;
  const { iss, sub, tenant } = authInfo.extra ?? {};
  // A client is not the user whose subject is equal to the client's id.
  if (sub === undefined && iss !== undefined) return JSON.stringify([iss, authInfo.clientId, tenant ?? '', 'client']);
  return JSON.stringify([iss ?? '', sub ?? authInfo.clientId, tenant ?? '']);
}

/** The tenant of a principal. Empty: it has none. */
export function tenantOf(principal: string): string {
  const [, , tenant] = JSON.parse(principal) as string[];
  return tenant ?? '';
}

/** The caller's headers as a web-standard `Headers` object. */
export function webHeaders(caller: Caller): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(caller.headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  return headers;
}

/** The caller for work that no client's request started: no credentials, no headers. */
export const BACKGROUND_CALLER: Caller = { headers: {}, url: 'http://anypod.invalid/' };
