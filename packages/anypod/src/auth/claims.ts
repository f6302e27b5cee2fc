import type { AuthInfo } from '../core/caller.ts';
import type { ClaimNames, IssuerOptions } from './options.ts';
import { InvalidToken } from './token-errors.ts';

/** The claims of a verified token, or of the answer about an opaque one. */
export type Claims = Readonly<Record<string, unknown>>;

/** The value of the first name that the token has. Looks only at the token's own members. */
function read(claims: Claims, names: ClaimNames): unknown {
  for (const name of typeof names === 'string' ? [names] : names) {
    const value = own(claims, name) ?? name.split('.').reduce<unknown>(own, claims);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

function own(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Claims)[name] : undefined;
}

function textOf(claims: Claims, names: ClaimNames, what: string): string | undefined {
  const value = read(claims, names);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') throw new InvalidToken(`The token has a wrong ${what}.`);
  return value;
}

function scopesOf(claims: Claims, names: ClaimNames): readonly string[] {
  const value = read(claims, names) ?? [];
  const scopes: unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return scopes.filter((scope): scope is string => typeof scope === 'string' && scope !== '');
}

/** The tenant of a token. An issuer speaks only for the tenants that it is configured for. */
function tenantOf(claims: Claims, { claims: names, tenant, tenants }: IssuerOptions): string | undefined {
  const claimed = names?.tenant === undefined ? undefined : textOf(claims, names.tenant, 'tenant');
  if (tenant !== undefined) {
    if (claimed !== undefined && claimed !== tenant)
      throw new InvalidToken('The issuer may not speak for this tenant.');
    return tenant;
  }
  if (tenants !== undefined && (claimed === undefined || !tenants.includes(claimed))) {
    throw new InvalidToken('The issuer may not speak for this tenant.');
  }
  return claimed;
}

/** Who calls, in the form of the SDK, without the token. Frozen, because many calls share it. `expand` adds the scopes that a scope implies. */
export function authInfoOf(
  claims: Claims,
  issuer: IssuerOptions,
  expand: (scopes: readonly string[]) => readonly string[],
): AuthInfo {
  const { subject = 'sub', clientId = ['client_id', 'azp'], scope = ['scope', 'scp'], pass = [] } = issuer.claims ?? {};
  const sub = textOf(claims, subject, 'subject');
  const client = textOf(claims, clientId, 'client id') ?? sub;
  if (client === undefined) throw new InvalidToken('The token names neither a subject nor a client.');
  const tenant = tenantOf(claims, issuer);
  const passed = pass.flatMap((name) => {
    const value = read(claims, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const extra = {
    iss: issuer.issuer,
    ...(sub === undefined ? {} : { sub }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(passed.length === 0 ? {} : { claims: Object.fromEntries(passed) }),
  };
  return freeze({
    token: '',
    clientId: client,
    scopes: expand(scopesOf(claims, scope)) as string[],
    expiresAt: claims['exp'] as number,
    extra,
  });
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
