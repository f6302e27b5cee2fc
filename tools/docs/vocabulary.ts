/** What the commands in the documentation may name: the targets of make and their variables, and the values of the chart. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const MAKEFILE = readFileSync(join(ROOT, 'Makefile'), 'utf8');

const found = (pattern: RegExp, text: string) => new Set([...text.matchAll(pattern)].map(([, name = '']) => name));

/** The targets of make that are not files. */
export const TARGETS: ReadonlySet<string> = new Set(
  [...MAKEFILE.matchAll(/^\.PHONY: (.+)$/gm)].flatMap(([, names = '']) => names.split(' ')),
);

/** The variables that a target reads. */
export const MAKE_VARIABLES: ReadonlySet<string> = found(/\$[({]([A-Z_]+)[)}]/g, MAKEFILE);

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
}

export const CHART_SCHEMA: Schema = JSON.parse(readFileSync(join(ROOT, 'helm/anypod/values.schema.json'), 'utf8'));

/** Whether the chart has a value of this path, such as `image.tag`. */
export function isChartValue(path: string): boolean {
  return has(CHART_SCHEMA, path.replaceAll(/\[\d+\]/g, '').split(/(?<!\\)\./));
}

function has({ properties = {}, additionalProperties = false }: Schema, [key, ...keys]: readonly string[]): boolean {
  if (key === undefined) return true;
  const property = properties[key];
  return property === undefined ? additionalProperties !== false : has(property, keys);
}
