import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CASES } from './cases/cases.ts';
import { CHART } from './helm.ts';
import { type Rendering, render } from './render.ts';
import { expectSound } from './soundness.ts';
import { nest, type Schema, type Values, valueAt, valuePaths } from './values.ts';

const defaults = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Values;
const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema;

/** Settings that are no value of `config`: the chart gives them itself, has sections for them, or takes them as `extraEnv` (authorization). */
const ELSEWHERE =
  /^(PORT|HOST|ANYPOD_METRICS_\w+|ANYPOD_SECRET|REDIS_\w+|ANYPOD_REDIS_TLS_\w+|ANYPOD_AUTH\w*|ANYPOD_(PUBLIC_URL|TRUSTED_PROXIES|INTROSPECTION_SECRET))$/;

describe('the cases', () => {
  it('set every setting of the service [chart.settings]', () => {
    const documentation = readFileSync(join(CHART, '../../docs/configuration.md'), 'utf8');
    const variables = [...documentation.matchAll(/^\| `--[\w-]+` \| `(\w+)` \|/gm)].map(
      ([, variable]) => variable ?? '',
    );
    const set = valuePaths(schema)
      .filter((path) => path.startsWith('config.'))
      .map((path) => `ANYPOD_${path.slice('config.'.length).replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`);
    expect(variables.filter((variable) => !ELSEWHERE.test(variable)).sort()).toEqual(set.sort());
  });

  it('set every value that the schema knows, and no other [chart.values]', () => {
    expect([...new Set(CASES.map(({ path }) => path))].sort()).toEqual(valuePaths(schema).sort());
  });
});

/** Many cases are compared to the same rendering. */
const rendered = new Map<string, Promise<Rendering>>();

function renderOnce(byPath: Readonly<Record<string, unknown>>): Promise<Rendering> {
  const key = JSON.stringify(byPath);
  const rendering = rendered.get(key) ?? render(nest(byPath));
  rendered.set(key, rendering);
  return rendering;
}

describe.concurrent('a value', () => {
  it.each(CASES)('$path: $value', async ({ path, value, instead, with: others = {}, needs = {}, check }) => {
    expect(value).not.toEqual(instead ?? valueAt(defaults, path));
    const [without, rendering] = await Promise.all([
      renderOnce(instead === undefined ? others : { ...others, [path]: instead }),
      renderOnce({ ...others, ...needs, [path]: value }),
    ]);
    check(rendering);
    expect(() => check(without), 'the check sees the difference').toThrow();
    await expectSound(rendering);
  });
});
