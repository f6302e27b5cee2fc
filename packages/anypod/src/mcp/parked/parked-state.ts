import { createHash } from 'node:crypto';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import type { RequestState } from '../../core/state/request-state.ts';

/** A question of a call, by its key, and the hash of what it asks. */
export type Asked = Readonly<Record<string, string>>;

/** An answer that a call has got: the hash of its question, and the client's result. */
export type KnownAnswers = Readonly<Record<string, readonly [hash: string, result: unknown]>>;

/** What the client sends back with its answers. The parked handler has everything else. */
export interface ParkedState {
  /** The pod on which the handler waits. */
  readonly pod: string;
  readonly call: string;
  /** The questions of this round. */
  readonly asked: Asked;
  /** The answers of earlier rounds. Only if the call may run again. */
  readonly given?: KnownAnswers;
  /** What the handler itself got from the client, if its own `input_required` results led to this call. Only if the call may run again. */
  readonly entry?: Readonly<Record<string, unknown>>;
  /** Where the call is in its trace. */
  readonly trace?: string;
}

/** Seals and opens the state of parked calls. */
export interface ParkedStates {
  seal(state: ParkedState, binding: string, request: JsonRpcRequest): string;
  /** Undefined: the text is no such state, or forged, expired, or of another caller or request. */
  open(sealed: string, binding: string, request: JsonRpcRequest): ParkedState | undefined;
}

/** A state is bound to the caller and to the whole request, so that a client cannot answer one call with the questions of another. */
export function createParkedStates(states: RequestState): ParkedStates {
  const bound = (binding: string, { params }: JsonRpcRequest) =>
    JSON.stringify(['parked', binding, hashOf(params?.['arguments'] ?? null)]);
  return {
    seal: (state, binding, request) => states.seal(JSON.stringify(state), bound(binding, request), false),
    open(sealed, binding, request) {
      const opened = states.open(sealed, bound(binding, request));
      return opened === undefined ? undefined : (JSON.parse(opened.state) as ParkedState);
    },
  };
}

/** The hash of a JSON value: 96 bits, which also tells apart what a client has made up. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
