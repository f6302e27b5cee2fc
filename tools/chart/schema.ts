import { ITEM_SHAPES } from './item-shapes.ts';
import type { Value } from './read-values.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The JSON schema of the values, closed: a key that is not described is refused, and so is a misspelt one. */
export function valuesSchema(values: readonly Value[]): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: 'Generated from values.yaml by tools/chart-docs.ts; edit that.',
    ...closedMap(values),
  };
}

function closedMap(values: readonly Value[]): Schema {
  const properties = Object.fromEntries(values.map((value) => [value.key, schemaOf(value)]));
  return { type: 'object', additionalProperties: false, properties };
}

function schemaOf(value: Value): Schema {
  const { description } = value;
  const types = value.types ?? [typeOf(value)];
  const what = {
    ...(description !== '' && { description }),
    type: oneOrMore(types),
    ...bounds(value, types),
  };
  if (types.includes('array')) return { ...what, items: itemsSchema(value) };
  if (!types.includes('object')) return what;
  if (value.open) return { ...what, ...openMap(value) };
  if (value.children.length === 0) throw new Error(`values.yaml: ${value.path}: say @open, or describe its keys`);
  return { ...what, ...closedMap(value.children) };
}

function openMap({ children, openType }: Value): Schema {
  const others = { additionalProperties: openType === undefined ? true : { type: oneOrMore(openType.split('|')) } };
  return children.length === 0 ? others : { ...closedMap(children), ...others };
}

function itemsSchema({ items, path }: Value): Schema {
  if (items === undefined) throw new Error(`values.yaml: ${path}: say @items`);
  const shapes = items.map((item): Schema => ITEM_SHAPES[item] ?? { type: item });
  // The members of a map say nothing about items of another type, so all can stand in one schema.
  return { ...Object.assign({}, ...shapes), type: oneOrMore(shapes.map(({ type }) => type)) };
}

function oneOrMore<T>(all: readonly T[]): T | readonly T[] {
  return all.length === 1 ? (all[0] as T) : all;
}

function bounds({ allowed, min, max, pattern }: Value, types: readonly string[]): Schema {
  const [low, high] = types.includes('array') ? ['minItems', 'maxItems'] : ['minimum', 'maximum'];
  const words = allowed?.map((word) =>
    types.includes('boolean') && /^(true|false)$/.test(word) ? word === 'true' : word,
  );
  return {
    ...(words !== undefined && { enum: types.includes('null') ? [...words, null] : words }),
    ...(min !== undefined && { [low as string]: min }),
    ...(max !== undefined && { [high as string]: max }),
    ...(pattern !== undefined && { pattern }),
  };
}

function typeOf({ preset, path }: Value): string {
  if (preset === null) throw new Error(`values.yaml: ${path}: say @type, null shows none`);
  if (Array.isArray(preset)) return 'array';
  return Number.isInteger(preset) ? 'integer' : typeof preset;
}
