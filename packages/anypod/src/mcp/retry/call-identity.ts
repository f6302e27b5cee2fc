import { createHash } from 'node:crypto';
import { type Caller, principalOf } from '../../core/caller.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import type { CallIdentity } from '../../core/server-host.ts';

export const IDEMPOTENCY_KEY = 'anypod/idempotencyKey';

const MAX_KEY = 256;
/** The key of an anonymous caller must be so long that no other caller can guess it. */
const MIN_ANONYMOUS_KEY = 16;

/**
 * Who calls what: the principal with its scopes, the tool, and the client's key, or without a key all input of the tool. The scopes count so that a
 * token with fewer rights gets no result of a token with more. Undefined: an anonymous caller without a key, whose call equals no other. A string says
 * what is wrong with the client's key.
 */
export function identifyCall({ params }: JsonRpcRequest, { authInfo }: Caller): CallIdentity | string | undefined {
  const { name, arguments: args = {}, inputResponses, requestState, _meta } = params ?? {};
  const key = (_meta as Record<string, unknown> | undefined)?.[IDEMPOTENCY_KEY];
  const principal = principalOf(authInfo);
  if (key === undefined && principal === undefined) return undefined;
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > MAX_KEY)) {
    return `_meta["${IDEMPOTENCY_KEY}"] must be a string of 1 to ${MAX_KEY} characters.`;
  }
  if (principal === undefined && key !== undefined && key.length < MIN_ANONYMOUS_KEY) {
    return `_meta["${IDEMPOTENCY_KEY}"] of an anonymous caller must be unguessable: ${MIN_ANONYMOUS_KEY} characters or more.`;
  }
  const who = [principal ?? null, authInfo?.scopes?.toSorted() ?? null, name];
  if (key !== undefined) return { key: hash([...who, 'key', key]), fingerprint: hash(args) };
  // The user's answers are part of the call, because the user may answer the same question differently the next time.
  const whole = hash([...who, 'arguments', args, inputResponses ?? null, requestState ?? null]);
  return { key: whole, fingerprint: whole };
}

function hash(value: unknown): string {
  return createHash('sha256').update(stableJson(value)).digest('base64url');
}

/** JSON with the members of objects in sorted order. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
