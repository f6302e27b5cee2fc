import { AnypodError } from '../core/errors.ts';
import type { AuthOptions, IssuerOptions, ScopeOptions } from './options.ts';

/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Everything that is wrong with the options, each as a sentence. Empty: nothing. */
export function authProblems(options: AuthOptions): readonly string[] {
  const { issuers, publicUrls = [], audiences = [], scopes = {} } = options;
  const full = issuers.map(fullIssuer);
  const names = full.map(({ issuer }) => issuer);
  const problems = [
    ...(full.length === 0 ? ['issuers: name at least one authorization server'] : []),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `issuers: ${name} is listed twice`),
    ...publicUrls.flatMap((url) => resourceProblems(url)),
    ...full.flatMap((issuer) => issuerProblems(issuer, full.length > 1)),
    ...scopeProblems(scopes),
    ...(full.filter(({ introspection }) => introspection !== undefined).length > 1
      ? ['issuers: only one may have introspection: an opaque token does not name its issuer, and no other may see it']
      : []),
  ];
  if (publicUrls.length === 0 && full.some((issuer) => [...audiences, ...(issuer.audiences ?? [])].length === 0)) {
    problems.push(
      'publicUrls: set the URL under which clients reach the endpoint, or audiences: a token must be meant for this server',
    );
  }
  return problems;
}

/** Throws `AnypodError` `invalid_options` that names every problem. */
export function requireValidAuth(options: AuthOptions): void {
  const problems = authProblems(options);
  if (problems.length > 0) throw new AnypodError('invalid_options', `auth: ${problems.join('; ')}`);
}

/** An issuer with the form of an object. */
export function fullIssuer(issuer: string | IssuerOptions): IssuerOptions {
  return typeof issuer === 'string' ? { issuer } : issuer;
}

/** Whether a URL is https, or http to this machine, or http where that is allowed. */
export function isSafeUrl(url: string, allowHttp: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, hash, username } = new URL(url);
  if (hash !== '' || username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && (allowHttp || LOOPBACK.test(hostname)));
}

function resourceProblems(url: string): string[] {
  const fits = /^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '') && !/[#?]/.test(url);
  return fits ? [] : [`publicUrls: ${url} must be an http or https URL without query and fragment`];
}

function issuerProblems(options: IssuerOptions, several: boolean): string[] {
  const { issuer, jwksUri, algorithms = [], claims, tenants, tenant, introspection, allowHttp = false } = options;
  const problems = [issuer, jwksUri, introspection?.endpoint]
    .filter((url) => url !== undefined && !isSafeUrl(url, allowHttp))
    .map((url) => `issuers: ${url} must be an https URL; http is for this machine, or set allowHttp`);
  for (const algorithm of algorithms) {
    if (/^HS|^none$/i.test(algorithm))
      problems.push(`issuers: ${algorithm} is no signature that only the issuer can make`);
  }
  if (several && claims?.tenant !== undefined && tenants === undefined && tenant === undefined) {
    problems.push(`issuers: list the tenants for which ${issuer} may speak`);
  }
  if (tenant !== undefined && tenants !== undefined) {
    problems.push(`issuers: set tenant or tenants of ${issuer}, not both`);
  }
  return problems;
}

function scopeProblems({
  required = [],
  supported = [],
  tools = {},
  prompts = {},
  resources = {},
  implies = {},
}: ScopeOptions) {
  const named = [tools, prompts, resources, implies].flatMap((patterns) => Object.values(patterns).flat());
  const all = [...required, ...supported, ...named, ...Object.keys(implies)];
  return all.filter((scope) => !SCOPE.test(scope)).map((scope) => `scopes: ${JSON.stringify(scope)} is no scope`);
}
