/** What a pod tells once it serves. */
export interface Start {
  /** The port of 127.0.0.1 at which it listens. */
  readonly port: number;
  /** Undefined: the server did not list them in time. */
  readonly tools: readonly string[] | undefined;
  /** It serves 2026-07-28 too. */
  readonly modern: boolean;
}

/** What a pod tells its supervisor, beside its calls of the store. */
export type PodMessage =
  | { readonly do: 'start'; readonly start: Start }
  /** Files of the server that it has begun to load. */
  | { readonly do: 'files'; readonly files: readonly string[] };

/** What a supervisor tells its pod. */
export type SupervisorMessage = { readonly do: 'leave' };
