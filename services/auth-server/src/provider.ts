import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration, errors, type JWKS, type KoaContextWithOIDC } from 'oidc-provider';

export interface ProviderOptions {
  /** `http://127.0.0.1:<port>` */
  readonly issuer: string;
  /** The protected resources for which tokens are issued. */
  readonly resources: readonly string[];
  /** The scopes that users can grant. */
  readonly scopes: readonly string[];
  /** How long an access token lives, in seconds. */
  readonly tokenSeconds: number;
}

/** Keys that exist only in this process. */
async function ephemeralKeys(): Promise<JWKS> {
  const keys = ['RS256', 'ES256'].map(async (alg) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `${alg}-${randomBytes(4).toString('hex')}` };
  });
  return { keys: await Promise.all(keys) } as JWKS;
}

/** `ann@acme` logs in as ann of the tenant acme. */
function tenantOf(account: string | undefined): string | undefined {
  return account?.split('@')[1];
}

/**
 * An authorization server that lets everybody in: its login page takes any name and any password. It supports what MCP asks for: PKCE with S256 only, resource
 * indicators, dynamic registration, client id metadata documents, DPoP, refresh tokens. Everything is kept in memory.
 */
export async function createProvider({ issuer, resources, scopes, tokenSeconds }: ProviderOptions): Promise<Provider> {
  const configuration: Configuration = {
    jwks: await ephemeralKeys(),
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'offline_access', ...scopes],
    pkce: { required: () => true },
    ttl: { AccessToken: tokenSeconds },
    extraClientMetadata: {
      properties: ['any_scope'],
      // The official client registers the scopes of its first request. Otherwise it could never step up to others.
      validator: (_context, _key, _value, metadata) => void delete metadata['scope'],
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    extraTokenClaims(_context, token) {
      const tenant = tenantOf('accountId' in token ? token.accountId : undefined);
      return tenant === undefined ? undefined : { tenant, org: { id: tenant } };
    },
    features: {
      devInteractions: { enabled: true },
      registration: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: async () => true,
        getResourceServerInfo(_context: KoaContextWithOIDC, resource: string) {
          if (!resources.includes(resource)) throw new errors.InvalidTarget();
          return {
            scope: scopes.join(' '),
            audience: resource,
            accessTokenFormat: 'jwt',
            accessTokenTTL: tokenSeconds,
          };
        },
      },
    },
  } as Configuration;
  return new Provider(issuer, configuration);
}
