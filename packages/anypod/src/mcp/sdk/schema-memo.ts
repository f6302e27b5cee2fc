import { registeredToolsOf } from '../internals/registered-tools.ts';
import type { UserServer } from './user-server.ts';

interface JsonSchemaSource {
  [direction: string]: unknown;
}

const MEMO = Symbol.for('anypod.schema-memo');

function memoize(source: JsonSchemaSource, direction: string): void {
  const convert = source[direction];
  if (typeof convert !== 'function') return;
  const known = new Map<string, unknown>();
  source[direction] = (options: unknown) => {
    const key = JSON.stringify(options ?? {});
    if (!known.has(key)) known.set(key, convert.call(source, options));
    return known.get(key);
  };
}

function memoizeSchema(schema: unknown): void {
  const standard = (schema as { '~standard'?: { jsonSchema?: JsonSchemaSource } } | undefined)?.['~standard'];
  const source = standard?.jsonSchema;
  if (source === undefined || Object.isFrozen(source) || MEMO in source) return;
  Object.defineProperty(source, MEMO, { value: true });
  memoize(source, 'input');
  memoize(source, 'output');
}

/**
 * Converts a server's schemas to JSON Schema once per schema object instead of once per request. This saves two thirds of a modern call's cost, if the
 * module makes its schemas once, outside of the factory. The result depends on the schema object alone, so the object can keep it.
 */
export function memoizeSchemas(server: UserServer): void {
  for (const tool of Object.values(registeredToolsOf(server))) {
    memoizeSchema(tool.inputSchema);
    memoizeSchema(tool.outputSchema);
  }
}

/** The schema objects of a server's tools, by tool name. Empty: the SDK keeps them elsewhere. */
export function toolSchemas(server: UserServer): ReadonlyMap<string, unknown> {
  const tools = Object.entries(registeredToolsOf(server));
  return new Map(tools.flatMap(([name, tool]) => (tool.inputSchema === undefined ? [] : [[name, tool.inputSchema]])));
}
