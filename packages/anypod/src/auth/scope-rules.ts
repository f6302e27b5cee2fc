import type { AuthInfo } from '../core/caller.ts';
import type { ScopeOptions, ScopePatterns } from './options.ts';

type Kind = 'tools' | 'prompts' | 'resources';

/** What a message uses: a tool, a prompt or a resource. */
export interface Use {
  readonly kind: Kind;
  readonly name: string;
}

/** Which scopes the configuration demands. */
export interface ScopeRules {
  /** The scopes that every request needs. */
  readonly required: readonly string[];
  /** The scopes, with those that they imply, at any depth. */
  expand(scopes: readonly string[]): readonly string[];
  /** The scopes for a body: one message or a batch. Those that every request needs come first. */
  needed(body: unknown): readonly string[];
  /** Whether the caller has all scopes for a use. */
  allows(caller: AuthInfo, use: Use): boolean;
}

/** The member of `params` that names what a method uses. */
const USES: Readonly<Record<string, readonly [Kind, 'name' | 'uri']>> = {
  'tools/call': ['tools', 'name'],
  'prompts/get': ['prompts', 'name'],
  'resources/read': ['resources', 'uri'],
  'resources/subscribe': ['resources', 'uri'],
  'resources/unsubscribe': ['resources', 'uri'],
};

/** The most names that are remembered with their scopes. Clients choose the names. */
const MAX_KNOWN = 1000;
const MAX_KNOWN_LENGTH = 256;

export function createScopeRules(options: ScopeOptions): ScopeRules {
  const { required = [], implies = {} } = options;
  const rules = { tools: options.tools, prompts: options.prompts, resources: options.resources };
  const matchers = Object.fromEntries(
    Object.entries(rules).map(([kind, patterns]) => [kind, createMatcher(patterns ?? {})]),
  ) as Record<Kind, (name: string) => readonly string[]>;

  function expand(scopes: readonly string[]): readonly string[] {
    const all = new Set(scopes);
    // A Set also visits what is added during the visit.
    for (const scope of all)
      for (const implied of Object.hasOwn(implies, scope) ? (implies[scope] ?? []) : []) all.add(implied);
    return [...all];
  }

  /** A resource is judged by its URI as it was sent and as the SDK reads it, since `/public/../secret` is another one. */
  const scopesOf = ({ kind, name }: Use) => {
    const scopes = matchers[kind](name);
    const read = kind === 'resources' && URL.canParse(name) ? new URL(name).href : name;
    return read === name ? scopes : [...scopes, ...matchers[kind](read)];
  };
  return {
    required,
    expand,
    needed(body) {
      const uses = Array.isArray(body) ? body.flatMap(usesOf) : usesOf(body);
      if (uses.length === 0) return required;
      return [...new Set([...required, ...uses.flatMap(scopesOf)])];
    },
    allows: (caller, use) => scopesOf(use).every((scope) => caller.scopes.includes(scope)),
  };
}

/** What one message uses. A `subscriptions/listen` may name many resources, a completion a prompt or a resource. */
function usesOf(message: unknown): readonly Use[] {
  const { method, params } = (message ?? {}) as { readonly method?: unknown; readonly params?: unknown };
  if (typeof method !== 'string' || typeof params !== 'object' || params === null) return [];
  const given = params as Readonly<Record<string, unknown>>;
  if (method === 'completion/complete') return completed(given['ref']);
  if (method === 'subscriptions/listen') return listenedTo(given);
  const [kind, member] = Object.hasOwn(USES, method) ? (USES[method] ?? []) : [];
  const name = member === undefined ? undefined : given[member];
  return kind === undefined || typeof name !== 'string' ? [] : [{ kind, name }];
}

function completed(ref: unknown): readonly Use[] {
  const { name, uri } = (ref ?? {}) as { readonly name?: unknown; readonly uri?: unknown };
  if (typeof name === 'string') return [{ kind: 'prompts', name }];
  return typeof uri === 'string' ? [{ kind: 'resources', name: uri }] : [];
}

function listenedTo(params: Readonly<Record<string, unknown>>): readonly Use[] {
  const { resourceSubscriptions: uris } = (params['notifications'] ?? {}) as {
    readonly resourceSubscriptions?: unknown;
  };
  const names: unknown[] = Array.isArray(uris) ? uris : [];
  return names.filter((name) => typeof name === 'string').map((name) => ({ kind: 'resources', name }));
}

/** Returns the scopes of all patterns that match a name. */
function createMatcher(patterns: ScopePatterns): (name: string) => readonly string[] {
  const rules = Object.entries(patterns).map(([pattern, scopes]) => ({ parts: pattern.split('*'), scopes }));
  const known = new Map<string, readonly string[]>();
  if (rules.length === 0) return () => [];
  return (name) => {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const found = rules.filter(({ parts }) => matches(parts, name)).flatMap(({ scopes }) => scopes);
    if (known.size >= MAX_KNOWN) known.clear();
    if (name.length <= MAX_KNOWN_LENGTH) known.set(name, found);
    return found;
  };
}

/** Whether a name has these parts in this order, the first at its start and the last at its end. Takes time linear in the name. */
function matches(parts: readonly string[], name: string): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of others) {
    const found = name.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
