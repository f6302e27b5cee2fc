// biome-ignore lint/suspicious/noExplicitAny: any function of a port.
export type Fn = (...args: any[]) => unknown;

/** Names for what cannot leave this process, and what the far end's names stand for. */
export interface References {
  /** The function of that name. Undefined: there is none. */
  named(name: string): Fn | undefined;
  offer(name: string, fn: Fn): void;
  /** A value with names in place of functions and signals. */
  encode(value: unknown): unknown;
  /** A value of the far end, with functions and signals in place of its names. */
  decode(value: unknown): unknown;
  /** The far end's signal of that name has fired. */
  abort(name: string): void;
}

export interface FarEnd {
  call(name: string): Fn;
  abort(name: string): void;
}

const REFERENCE = 'anypod/reference';

export function createReferences(far: FarEnd): References {
  const functions = new Map<string, Fn>();
  const aborts = new Map<string, AbortController>();
  const names = new Map<object, string>();

  /** `begin` is called with the name, if it is new. */
  function nameFor(of: object, begin: (name: string) => void): string {
    const name = names.get(of) ?? `#${names.size}`;
    if (!names.has(of)) begin(name);
    names.set(of, name);
    return name;
  }

  function signalOf(name: string): AbortSignal {
    const controller = aborts.get(name) ?? new AbortController();
    aborts.set(name, controller);
    return controller.signal;
  }

  function encode(value: unknown): unknown {
    if (typeof value === 'function') {
      return { [REFERENCE]: 'function', name: nameFor(value, (name) => functions.set(name, value as Fn)) };
    }
    if (value instanceof AbortSignal) {
      const watch = (name: string) => value.addEventListener('abort', () => far.abort(name), { once: true });
      return { [REFERENCE]: 'signal', name: nameFor(value, watch) };
    }
    return mapMembers(value, (member) => typeof member === 'function', encode);
  }

  function decode(value: unknown): unknown {
    if (!isReference(value)) return mapMembers(value, isReference, decode);
    return value[REFERENCE] === 'function' ? far.call(value.name) : signalOf(value.name);
  }

  return {
    named: (name) => functions.get(name),
    offer: (name, fn) => void functions.set(name, fn),
    encode,
    decode,
    abort: (name) => aborts.get(name)?.abort(),
  };
}

function isReference(value: unknown): value is { readonly [REFERENCE]: string; readonly name: string } {
  return typeof value === 'object' && value !== null && REFERENCE in value;
}

/** The value, with `change` for each member of a plain object that has some member that is `meant`. */
function mapMembers(
  value: unknown,
  meant: (member: unknown) => boolean,
  change: (member: unknown) => unknown,
): unknown {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  if (!Object.values(value).some(meant)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      change(typeof member === 'function' ? member.bind(value) : member),
    ]),
  );
}
