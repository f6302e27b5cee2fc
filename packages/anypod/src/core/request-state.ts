import type { RandomId, Signer } from './signer.ts';

/** A state as the server gave it. */
export interface OpenedState {
  readonly state: string;
  /** Present where the state is good for one use: its name, and for how long it could still be used, in ms. */
  readonly once?: { readonly id: string; readonly ttlMs: number };
}

/**
 * Seals the `requestState` that an `input_required` result hands to the client and that the client echoes on whatever pod. It says who
 * may echo it, for which request, until when, and whether only once. Signed, not encrypted: the client can read it, as the specification allows.
 */
export interface RequestState {
  /** `binding` names principal, method and primitive. */
  seal(state: string, binding: string, once: boolean): string;
  /** Undefined: forged, expired, or bound to something else. Whether a single-use state was used before is not known here. */
  open(sealed: string, binding: string): OpenedState | undefined;
}

const PREFIX = 'a1.';

/** `ttlMs` bounds how long a client may take to answer. */
export function createRequestState(
  signer: Signer,
  ttlMs: number,
  random: RandomId,
  now: () => number = Date.now,
): RequestState {
  const text = (stamp: string, binding: string, state: string) => `${stamp}\n${binding}\n${state}`;
  return {
    seal(state, binding, once) {
      const expires = now() + ttlMs;
      // The name of a single-use state is part of the stamp, so it is signed, and an older pod refuses what it could not enforce.
      const stamp = once ? `${expires}-${random()}` : `${expires}`;
      return `${PREFIX}${stamp}.${signer.sign('request-state', text(stamp, binding, state))}.${state}`;
    },
    open(sealed, binding) {
      const [, stamp = '', code = ''] = sealed.split('.', 3);
      const [, expires = '', id] = /^(\d+)(?:-(.+))?$/.exec(stamp) ?? [];
      const ttl = Number(expires) - now();
      if (!sealed.startsWith(PREFIX) || !(ttl > 0)) return undefined;
      const state = sealed.slice(PREFIX.length + stamp.length + 1 + code.length + 1);
      if (!signer.verify('request-state', text(stamp, binding, state), code)) return undefined;
      return id === undefined ? { state } : { state, once: { id, ttlMs: ttl } };
    },
  };
}
