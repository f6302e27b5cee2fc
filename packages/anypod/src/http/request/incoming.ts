import type { Caller } from '../../core/caller.ts';
import type { Departure } from '../../core/departure.ts';
import type { Arrival } from '../../core/gate.ts';

/** An HTTP request, from any kind of server. */
export interface Incoming extends Arrival, Departure {
  /**
   * The body as parsed JSON. Rejects with `Limited` 413 beyond the limit, and 400 -32600 if it is nested too deep, and with `Refusal`: 415 for an
   * unknown content coding, 400 -32700 if it is not JSON. Call it at most once.
   */
  body(): Promise<unknown>;
  /** The same request, of a caller of whom more is known. */
  as(caller: Caller): Incoming;
}

/** The first value of a header. */
export function headerOf({ headers }: Caller, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
