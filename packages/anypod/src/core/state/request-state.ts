import { type Caller, principalOf } from '../caller.ts';
import type { JsonRpcRequest } from '../json/json-rpc.ts';
import type { RandomId, Signer } from '../signer.ts';

/** The state that the server gave. */
export interface OpenedState {
  readonly state: string;
  /** Present if the state may be used once: its id, and how long it stays valid, in ms. */
  readonly once?: { readonly id: string; readonly ttlMs: number };
}

/**
 * Seals the `requestState` of an `input_required` result. The client sends it back, to any pod. The seal says who may send it, for which request,
 * until when, and whether only once. It is signed, not encrypted: the client can read it, which the specification allows.
 */
export interface RequestState {
  /** `binding` names principal, method and primitive. */
  seal(state: string, binding: string, once: boolean): string;
  /** Undefined: the state is forged, expired or bound to something else. Does not know whether a single-use state was used before. */
  open(sealed: string, binding: string): OpenedState | undefined;
}

/** What a sealed state is bound to: the caller and the request. Anonymous callers share a binding, so only the state itself protects them. */
export function bindingOf({ method, params }: JsonRpcRequest, caller: Caller): string {
  return JSON.stringify([principalOf(caller.authInfo) ?? '', method, params?.['name'] ?? params?.['uri'] ?? '']);
}

const PREFIX = 'a1.';

/** `ttlMs` is how long a client may take to answer. */
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
      // The id of a single-use state is in the stamp, so it is signed, and an older pod refuses a state that it could not enforce.
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
