import type { Signer } from './signer.ts';

/**
 * Seals the `requestState` that an `input_required` result hands to the client and that the client echoes on whatever pod. It says who
 * may echo it, for which request, and until when. Signed, not encrypted: the client can read it, as the specification allows.
 */
export interface RequestState {
  /** `binding` names principal, method and primitive. */
  seal(state: string, binding: string): string;
  /** The state as the server gave it; undefined: forged, expired, or bound to something else. */
  open(sealed: string, binding: string): string | undefined;
}

const PREFIX = 'a1.';

/** `ttlMs` bounds how long a client may take to answer. */
export function createRequestState(signer: Signer, ttlMs: number, now: () => number = Date.now): RequestState {
  const text = (expires: string, binding: string, state: string) => `${expires}\n${binding}\n${state}`;
  return {
    seal(state, binding) {
      const expires = String(now() + ttlMs);
      return `${PREFIX}${expires}.${signer.sign('request-state', text(expires, binding, state))}.${state}`;
    },
    open(sealed, binding) {
      const [, expires = '', code = ''] = sealed.split('.', 3);
      if (!sealed.startsWith(PREFIX) || !(Number(expires) > now())) return undefined;
      const state = sealed.slice(PREFIX.length + expires.length + 1 + code.length + 1);
      return signer.verify('request-state', text(expires, binding, state), code) ? state : undefined;
    },
  };
}
