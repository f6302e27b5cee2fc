import { LRUCache } from 'lru-cache';

/**
 * Remembers which ids a pod has served to which principals, because the code of an id costs more than the rest of the look-up. A foreign id is as
 * unknown here as one that nobody has made, so both cost the same.
 */
export interface OwnIds {
  has(id: string, principal: string): boolean;
  add(id: string, principal: string): void;
}

const MOST = 10_000;

export function createOwnIds(): OwnIds {
  const known = new LRUCache<string, true>({ max: MOST });
  // A principal is JSON, so it holds no line break.
  const nameOf = (id: string, principal: string) => `${principal}\n${id}`;
  return {
    has: (id, principal) => known.get(nameOf(id, principal)) === true,
    add: (id, principal) => void known.set(nameOf(id, principal), true),
  };
}
