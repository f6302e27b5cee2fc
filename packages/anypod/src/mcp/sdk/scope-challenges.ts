import type { AuthInfo } from '../../core/caller.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { ScopeChallenge } from '../../core/scope-challenge.ts';

interface SdkChallenge {
  readonly scopes: readonly string[];
  readonly errorDescription?: string;
}

/** What `McpServer` of SDK v2 gives its transport: the `scopeChallenge` of the tool, resource or prompt that a request names. */
export type ChallengeResolver = (context: {
  readonly request: JsonRpcRequest;
  readonly authInfo?: AuthInfo;
}) => SdkChallenge | undefined | Promise<SdkChallenge | undefined>;

/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Asks a server's own check. Rejects if the check throws, or names no scopes. Returns no promise if it asks for nothing. */
export function resolveChallenge(
  resolver: ChallengeResolver | undefined,
  request: JsonRpcRequest,
  authInfo: AuthInfo | undefined,
): Promise<ScopeChallenge | undefined> | undefined {
  const asked = resolver?.(authInfo === undefined ? { request } : { request, authInfo });
  return asked === undefined ? undefined : Promise.resolve(asked).then(challengeOf);
}

function challengeOf(challenge: SdkChallenge | undefined): ScopeChallenge | undefined {
  if (challenge === undefined) return undefined;
  const { scopes, errorDescription } = challenge;
  const valid = Array.isArray(scopes) && scopes.length > 0 && scopes.every((scope) => SCOPE.test(String(scope)));
  if (!valid) throw new TypeError('scopeChallenge must return { scopes } with at least one scope');
  return new ScopeChallenge(scopes, errorDescription);
}

/** The challenge in a 403 that the SDK itself has made. Undefined: the response is no challenge. */
export function challengeIn({ status, headers }: Response): ScopeChallenge | undefined {
  const header = status === 403 ? headers.get('www-authenticate') : null;
  const scopes = /[ ,]scope="([^"]*)"/.exec(header ?? '')?.[1]?.split(' ');
  if (scopes === undefined) return undefined;
  return new ScopeChallenge(scopes, /error_description="([^"]*)"/.exec(header ?? '')?.[1]);
}
