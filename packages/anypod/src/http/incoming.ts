import type { Caller } from '../core/caller.ts';

/** An HTTP request, whatever server it came through. */
export interface Incoming {
  /** Upper case. */
  readonly method: string;
  readonly caller: Caller;
  /**
   * The body as parsed JSON. Rejects with `Refusal`: 413 beyond the limit, 415 in an unknown content coding, 400 where it is not JSON (-32700) or
   * nested too deep (-32600). Read at most once.
   */
  body(): Promise<unknown>;
  /** A signal that aborts when the client goes before it has its answer. */
  signal(): AbortSignal;
}

/** The first value of a header. */
export function headerOf({ headers }: Caller, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
