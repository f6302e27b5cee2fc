interface Held<V> {
  readonly value: V;
  expiresAt: number;
}

/** A map whose entries end: none is seen after its time, and `sweep` frees what nobody asked for. */
export interface ExpiringMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V, ttlMs: number): void;
  /** Gives an entry a full TTL again; false: there is none. */
  renew(key: string, ttlMs: number): boolean;
  delete(key: string): void;
  keys(): string[];
  sweep(): void;
}

export function createExpiringMap<V>(clock: Clock): ExpiringMap<V> {
  const entries = new Map<string, Held<V>>();

  function living(key: string): Held<V> | undefined {
    const held = entries.get(key);
    if (!held || held.expiresAt > clock()) return held;
    entries.delete(key);
    return undefined;
  }

  return {
    get: (key) => living(key)?.value,
    set: (key, value, ttlMs) => void entries.set(key, { value, expiresAt: clock() + ttlMs }),
    renew(key, ttlMs) {
      const held = living(key);
      if (held) held.expiresAt = clock() + ttlMs;
      return held !== undefined;
    },
    delete: (key) => void entries.delete(key),
    keys: () => [...entries.keys()].filter((key) => living(key)),
    sweep() {
      for (const key of entries.keys()) living(key);
    },
  };
}

/** Tells the time in ms since the epoch; tests bring their own. */
export type Clock = () => number;
