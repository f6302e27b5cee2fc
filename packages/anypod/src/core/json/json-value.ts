import { findJsonFault } from './json-fault.ts';
import { UnwritableError } from './written.ts';

/** What JSON can hold. A member that is undefined is left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** What `JSON.stringify` would write, but as something else: a Map as `{}`, NaN as null. Undefined: nothing of this value. */
function misfit(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  return `an object of a class (${(value.constructor as { name?: unknown } | undefined)?.name ?? 'unknown'})`;
}

/**
 * The JSON of a value that is read again later. Throws `UnwritableError` if the value that is read would be another one: it has a Map, a Set or an object
 * of another class without `toJSON`, a function, NaN, a BigInt, or undefined in an array. `what` begins the message.
 */
export function writeValue(what: string, value: unknown): string {
  let found: string | undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(value, function (this: unknown, key: string, member: unknown) {
      const hole = member === undefined && Array.isArray(this);
      const fault = hole ? 'undefined in an array' : misfit(member);
      if (fault !== undefined)
        found ??= key === '' ? `it is ${fault}` : `${JSON.stringify(key.slice(0, 64))} is ${fault}`;
      return member;
    });
  } catch {
    throw new UnwritableError(what, findJsonFault(value));
  }
  if (found !== undefined) throw new UnwritableError(what, found);
  if (text === undefined) throw new UnwritableError(what, 'it is undefined; delete the entry instead');
  return text;
}
