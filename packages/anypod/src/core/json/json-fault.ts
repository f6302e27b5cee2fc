const MAX_DEPTH = 100;
const MAX_VISITS = 100_000;
const PLAIN_NAME = /^[\w$]{1,64}$/;

/**
 * Says where a value contains something that `JSON.stringify` cannot write, such as `structuredContent.total is a BigInt`. Call it with a value that
 * `JSON.stringify` has refused: it walks the value in the same way, within limits. Never throws.
 */
export function findJsonFault(value: unknown): string {
  const search: Search = { visits: 0, above: new Set() };
  try {
    return faultIn(value, '', '', search) ?? 'it cannot be written twice in the same way';
  } catch {
    return 'it cannot be read';
  }
}

interface Search {
  visits: number;
  /** The objects that contain the value under inspection. */
  readonly above: Set<object>;
}

const at = (path: string) => (path === '' ? 'it' : path);

function faultIn(given: unknown, key: string, path: string, search: Search): string | undefined {
  search.visits += 1;
  if (search.visits > MAX_VISITS) return 'it is too large to say where';
  const read = resolveToJson(given, key);
  if (!read.ok) return `${at(path)} has a toJSON that throws`;
  const { value } = read;
  if (typeof value === 'bigint') return `${at(path)} is a BigInt`;
  if (typeof value !== 'object' || value === null) return undefined;
  if (search.above.has(value)) return `${at(path)} refers back to an object that holds it`;
  if (search.above.size >= MAX_DEPTH) return 'it is nested too deeply';
  search.above.add(value);
  const fault = Array.isArray(value) ? faultInArray(value, path, search) : faultInObject(value, path, search);
  search.above.delete(value);
  return fault;
}

/** The value that `JSON.stringify` writes for this one: the result of its `toJSON`, if it has one. */
function resolveToJson(value: unknown, key: string): { ok: true; value: unknown } | { ok: false } {
  const mayConvert = (typeof value === 'object' && value !== null) || typeof value === 'bigint';
  if (!mayConvert) return { ok: true, value };
  try {
    const { toJSON } = value as { toJSON?: unknown };
    return { ok: true, value: typeof toJSON === 'function' ? (toJSON.call(value, key) as unknown) : value };
  } catch {
    return { ok: false };
  }
}

function faultInArray(array: readonly unknown[], path: string, search: Search): string | undefined {
  for (let index = 0; index < array.length; index += 1) {
    const fault = faultInMember(array, index, `${path}[${index}]`, search);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultInObject(object: object, path: string, search: Search): string | undefined {
  for (const name of Object.keys(object)) {
    const fault = faultInMember(object, name, member(path, name), search);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultInMember(of: object, name: string | number, path: string, search: Search): string | undefined {
  let value: unknown;
  try {
    value = (of as Record<string | number, unknown>)[name];
  } catch {
    return `${at(path)} has a getter that throws`;
  }
  return faultIn(value, String(name), path, search);
}

function member(path: string, name: string): string {
  if (!PLAIN_NAME.test(name)) return `${path}[${JSON.stringify(name.slice(0, 64))}]`;
  return path === '' ? name : `${path}.${name}`;
}
