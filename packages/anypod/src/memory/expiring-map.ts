interface Held<V> {
  readonly value: V;
  expiresAt: number;
}

/** A map whose entries expire. An expired entry is never returned; `sweep` frees those that nobody asked for. */
export interface ExpiringMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V, ttlMs: number): void;
  /** Gives an entry a full TTL again. False: there is no such entry. */
  renew(key: string, ttlMs: number): boolean;
  delete(key: string): void;
  keys(): string[];
  /** When the entry expires, in ms since the epoch. Undefined: there is no such entry. */
  expiresAt(key: string): number | undefined;
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
    expiresAt: (key) => living(key)?.expiresAt,
    sweep() {
      for (const key of entries.keys()) living(key);
    },
  };
}

/** Returns the time in ms since the epoch. Tests pass their own. */
export type Clock = () => number;
