/** Values as a user gives them to helm, nested. */
export type Values = { readonly [key: string]: unknown };

/** Values by their path: `{ 'image.tag': '9' }`. */
export type ByPath = Readonly<Record<string, unknown>>;

/** `{ 'image.tag': '9' }` → `{ image: { tag: '9' } }` */
export function nest(byPath: ByPath): Values {
  const values: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(byPath)) {
    const keys = path.split('.');
    const last = keys.pop() as string;
    let inner = values;
    for (const key of keys) {
      inner[key] ??= {};
      inner = inner[key] as Record<string, unknown>;
    }
    inner[last] = value;
  }
  return values;
}

/** Values over other values, as helm merges them: maps by key, all else as a whole. */
export function merge(below: Values, above: Values): Values {
  const isMap = (value: unknown): value is Values =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const merged = Object.entries(above).map(([key, value]) => {
    const under = below[key];
    return [key, isMap(value) && isMap(under) ? merge(under, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(merged) };
}

/** The value at `image.tag`. */
export function valueAt(values: Values, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (inner as Values | undefined)?.[key], values);
}

/** What tests read of `values.schema.json`. */
export interface Schema {
  readonly additionalProperties?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The paths of all values that `values.schema.json` knows: `image.tag`. A map with keys of the user's own is one value. */
export function valuePaths({ properties = {} }: Schema, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([key, schema]) =>
    schema.properties ? valuePaths(schema, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

/** The paths of the maps whose keys the schema names, and those maps. */
export function closedMaps({ properties = {} }: Schema, path = ''): [path: string, map: Schema][] {
  return Object.entries(properties)
    .filter(([, inner]) => inner.properties)
    .flatMap(([key, inner]) => [[path + key, inner], ...closedMaps(inner, `${path}${key}.`)]);
}
