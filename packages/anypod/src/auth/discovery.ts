import { type Fetch, fetchJson, IssuerAnswerError } from './fetch-json.ts';
import { isSafeUrl } from './invalid-auth.ts';

/** What an authorization server says about itself. */
export interface IssuerMetadata {
  readonly jwksUri?: string;
  readonly introspectionEndpoint?: string;
}

/** The places of the metadata: RFC 8414 §3.1, then OpenID Connect Discovery §4.1 with the path before and after. */
function placesOf(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/openid-configuration${path}`,
  ];
  return [...new Set(places)];
}

/** Reads the metadata of an issuer. Rejects if no place has metadata of exactly this issuer. */
export async function discover(fetch: Fetch, issuer: string, allowHttp: boolean): Promise<IssuerMetadata> {
  const failures: unknown[] = [];
  for (const place of placesOf(issuer)) {
    try {
      return readMetadata(await fetchJson(fetch, place), issuer, allowHttp);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new IssuerAnswerError(`${issuer} has no metadata`, { cause: new AggregateError(failures) });
}

function readMetadata(body: Record<string, unknown>, issuer: string, allowHttp: boolean): IssuerMetadata {
  // RFC 8414 §3.3: otherwise one issuer could speak for another.
  if (body['issuer'] !== issuer) throw new IssuerAnswerError('The metadata is of another issuer.');
  const url = (name: string) => {
    const value = body[name];
    return typeof value === 'string' && isSafeUrl(value, allowHttp) ? value : undefined;
  };
  const jwksUri = url('jwks_uri');
  const introspectionEndpoint = url('introspection_endpoint');
  return {
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(introspectionEndpoint === undefined ? {} : { introspectionEndpoint }),
  };
}
