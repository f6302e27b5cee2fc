import { InvalidToken } from './token-errors.ts';

/** A URL in the form in which audiences are compared: scheme and host in lower case, no slash at the end (MCP, Canonical Server URI). */
export function canonical(audience: string): string {
  if (!/^https?:/i.test(audience) || !URL.canParse(audience)) return audience;
  const { href } = new URL(audience);
  return href.endsWith('/') ? href.slice(0, -1) : href;
}

/** Throws `InvalidToken` if none of the token's audiences is ours (RFC 8707, RFC 9068 §4). */
export type RequireAudience = (aud: unknown) => void;

export function createRequireAudience(accepted: readonly string[]): RequireAudience {
  const ours = new Set(accepted.map(canonical));
  return (aud) => {
    const named: unknown[] = Array.isArray(aud) ? aud : [aud];
    if (!named.some((one) => typeof one === 'string' && ours.has(canonical(one)))) {
      throw new InvalidToken('The token is meant for another server.');
    }
  };
}
