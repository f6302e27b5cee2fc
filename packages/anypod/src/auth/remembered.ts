/** What was loaded, and how to load it again. */
export interface Remembered<T> {
  /**
   * The value. Loads it if there is none. Begins to load it again in the background if it is older than `refreshMs`. Rejects if there is no value and it
   * cannot be loaded.
   */
  get(): T | Promise<T>;
  /** Loads a new value, unless the last attempt was a short time ago. Never rejects: if it fails, the old value stays. */
  refresh(): Promise<void>;
  /** Whether the last attempt failed. */
  readonly failing: boolean;
}

export interface RememberedOptions {
  readonly refreshMs: number;
  /** The shortest time between two attempts. So no client can make this pod ask a server often. */
  readonly cooldownMs: number;
  /** The same after an attempt that failed. */
  readonly retryMs: number;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** A value of another server that is kept while that server cannot be reached. Callers that come during a load share it. */
export function createRemembered<T>(load: () => Promise<T>, options: RememberedOptions): Remembered<T> {
  const { refreshMs, cooldownMs, retryMs, now, onError } = options;
  let value: { readonly of: T; readonly at: number } | undefined;
  let failure: { readonly error: unknown } | undefined;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  async function attempt(): Promise<void> {
    attemptedAt = now();
    try {
      value = { of: await load(), at: now() };
      failure = undefined;
    } catch (error) {
      failure = { error };
      onError(error);
    } finally {
      loading = undefined;
    }
  }

  function refresh(): Promise<void> {
    const waitMs = failure === undefined ? cooldownMs : retryMs;
    if (loading === undefined && now() - attemptedAt < waitMs) return Promise.resolve();
    loading ??= attempt();
    return loading;
  }

  async function first(): Promise<T> {
    await refresh();
    if (value === undefined) throw failure?.error;
    return value.of;
  }

  return {
    get() {
      if (value === undefined) return first();
      if (now() - value.at >= refreshMs) void refresh();
      return value.of;
    },
    refresh,
    get failing() {
      return failure !== undefined;
    },
  };
}
