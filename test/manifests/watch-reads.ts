/** A copy of a value that notes which of its members were looked at. */
export interface Watched {
  readonly value: unknown;
  /** Paths (`spec.template.replicas`) of the members that nobody has looked at. */
  unread(): string[];
}

/**
 * The schemas say what a known member must be, and nothing of unknown ones, so a misspelt member would pass. A validator
 * looks at every member that it knows, and so the ones that it never looked at are unknown.
 */
export function watchReads(value: unknown): Watched {
  const unread = new Set<string>();

  function watch(member: unknown, path: string): unknown {
    if (member === null || typeof member !== 'object') return member;
    const copy: Record<string, unknown> = Array.isArray(member) ? ([] as never) : {};
    const at = (key: string) => (path === '' ? key : `${path}.${key}`);
    for (const [key, inner] of Object.entries(member)) {
      unread.add(at(key));
      copy[key] = watch(inner, at(key));
    }
    return new Proxy(copy, {
      get(target, key) {
        unread.delete(at(String(key)));
        return Reflect.get(target, key);
      },
    });
  }

  return { value: watch(value, ''), unread: () => [...unread] };
}
