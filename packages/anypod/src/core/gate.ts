import type { AuthInfo, Caller } from './caller.ts';
import type { Denied } from './denied.ts';
import type { JsonRpcResponse } from './json/json-rpc.ts';
import type { ScopeChallenge } from './scope-challenge.ts';

/** Where the metadata of a protected resource is (RFC 9728 §3). A path of the resource may follow. */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** What a gate must know of a request beside its caller. */
export interface Arrival {
  /** Upper case. */
  readonly method: string;
  readonly caller: Caller;
  /** Every value of a header that the request may carry once. Node keeps only the first one of some headers. */
  valuesOf(header: string): readonly string[];
}

/** Decides who may call, and what. */
export interface Gate {
  /** Verifies the caller's token. Returns no promise if the token was verified a short time ago. Throws or rejects with `Denied`. */
  admit(arrival: Arrival): AuthInfo | Promise<AuthInfo>;
  /** Throws `Denied` 403 if the token lacks a scope that the configuration demands for a message of the body. */
  permit(caller: Caller, body: unknown): void;
  /** The 403 for scopes that the server itself asks for. It names all scopes that the body needs. */
  challenge(caller: Caller, body: unknown, challenge: ScopeChallenge): Denied;
  /** The metadata of the protected resource (RFC 9728), if the URL of the caller asks for it. */
  metadata(caller: Caller): string | undefined;
}

/** Changes the response to a list so that it has only what its caller may use. */
export type ListFilter = (response: JsonRpcResponse) => JsonRpcResponse;

/** The filter for a request. Undefined: the response stays as it is. */
export type FilterOf = (method: string, caller: Caller) => ListFilter | undefined;
