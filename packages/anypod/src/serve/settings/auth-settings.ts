import { z } from 'zod';
import { authProblems } from '../../auth/invalid-auth.ts';
import type { AuthOptions, IssuerOptions } from '../../auth/options.ts';
import { type AuthFile, authFile, type IssuerEntry } from './auth-file.ts';
import { list, type Setting } from './setting.ts';

/** Who may call, and what. */
export const AUTH_SETTINGS: readonly Setting[] = [
  {
    name: 'publicUrls',
    flag: '--public-url',
    env: 'ANYPOD_PUBLIC_URL',
    default: '',
    description:
      'URL under which clients reach the MCP endpoint, such as https://mcp.example.com/mcp. Tokens must be meant for it. You can list several, separated by commas.',
    schema: list,
  },
  {
    name: 'trustedProxies',
    flag: '--trusted-proxies',
    env: 'ANYPOD_TRUSTED_PROXIES',
    default: '',
    description:
      'Addresses and networks of proxies, such as 10.0.0.0/8, separated by commas. anypod believes their X-Forwarded-Proto and X-Forwarded-Host, and X-Forwarded-For where anonymous callers have limits.',
    schema: list,
  },
  {
    name: 'authIssuers',
    flag: '--auth-issuers',
    env: 'ANYPOD_AUTH_ISSUERS',
    default: '',
    description:
      'Authorization servers whose tokens are accepted, separated by commas: their issuers, as in the tokens. Without it and ANYPOD_AUTH, everybody may call. See authorization.md.',
    schema: list,
  },
  {
    name: 'authAudiences',
    flag: '--auth-audiences',
    env: 'ANYPOD_AUTH_AUDIENCES',
    default: '',
    description: 'Audiences that a token may have instead of ANYPOD_PUBLIC_URL, separated by commas.',
    schema: list,
  },
  {
    name: 'authScopes',
    flag: '--auth-scopes',
    env: 'ANYPOD_AUTH_SCOPES',
    default: '',
    description: 'Scopes that every request needs, separated by commas.',
    schema: list,
  },
  {
    name: 'auth',
    flag: '--auth',
    env: 'ANYPOD_AUTH',
    default: '',
    description:
      'Everything else about authorization, as JSON or as the path of a file with JSON: claims, tenants, scopes of tools, DPoP. See authorization.md.',
    schema: authFile,
  },
  {
    name: 'introspectionSecret',
    flag: '--introspection-secret',
    env: 'ANYPOD_INTROSPECTION_SECRET',
    default: '',
    description: 'Client secret with which anypod asks the authorization server about opaque tokens.',
    schema: z.string(),
  },
];

/** The settings above, as `readConfig` returns them. */
export interface AuthConfig {
  readonly publicUrls?: readonly string[];
  readonly trustedProxies?: readonly string[];
  readonly authIssuers?: readonly string[];
  readonly authAudiences?: readonly string[];
  readonly authScopes?: readonly string[];
  readonly auth?: AuthFile;
  readonly introspectionSecret?: string;
}

/** The options of the library. Settings of their own add to the JSON. Undefined: everybody may call. */
export function authOptionsOf(config: AuthConfig): AuthOptions | undefined {
  const { auth = {}, authIssuers = [], authAudiences = [], authScopes = [], publicUrls = [] } = config;
  if (config.auth === undefined && authIssuers.length === 0) return undefined;
  const required = [...authScopes, ...(auth.scopes?.required ?? [])];
  const issuers = [...authIssuers, ...(auth.issuers ?? [])].map((issuer) => withSecret(issuer, config));
  return {
    ...auth,
    issuers,
    publicUrls: [...publicUrls, ...(auth.publicUrls ?? [])],
    audiences: [...authAudiences, ...(auth.audiences ?? [])],
    scopes: { ...auth.scopes, required },
  };
}

function withSecret(issuer: string | IssuerEntry, { introspectionSecret }: AuthConfig): string | IssuerOptions {
  if (typeof issuer === 'string') return issuer;
  const { introspection, ...others } = issuer;
  if (introspection === undefined) return others;
  const clientSecret = introspectionSecret ?? introspection.clientSecret ?? '';
  return { ...others, introspection: { ...introspection, clientSecret } };
}

/** What is wrong with the settings together. */
export function authFaults(config: AuthConfig): readonly string[] {
  const options = authOptionsOf(config);
  if (options === undefined) {
    const alone = config.authAudiences !== undefined || config.authScopes !== undefined;
    return alone ? ['ANYPOD_AUTH_ISSUERS: is required with ANYPOD_AUTH_AUDIENCES and ANYPOD_AUTH_SCOPES'] : [];
  }
  const secretless = options.issuers.some(
    (issuer) => typeof issuer === 'object' && issuer.introspection?.clientSecret === '',
  );
  return [
    ...authProblems(options).map((problem) => `ANYPOD_AUTH: ${problem}`),
    ...(secretless ? ['ANYPOD_INTROSPECTION_SECRET: is required with introspection'] : []),
  ];
}

/** Whether a token can have a tenant. */
export function hasTenants(config: AuthConfig): boolean {
  const issuers = authOptionsOf(config)?.issuers ?? [];
  return issuers.some(
    (issuer) => typeof issuer === 'object' && (issuer.tenant !== undefined || issuer.claims?.tenant !== undefined),
  );
}
