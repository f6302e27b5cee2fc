import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CASES } from './cases/cases.ts';
import { comparable } from './comparable.ts';
import { CHART, HELM_MAJORS, type HelmMajor } from './helm.ts';
import { type Rendering, renderAll } from './render.ts';
import { expectSound } from './soundness.ts';
import type { ValueCase } from './value-case.ts';
import { type ByPath, nest, type Schema, type Values, valueAt, valuePaths } from './values.ts';

const defaults = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Values;
const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema;

/** Settings that are no value of `config` or `limits`: the chart gives them itself, or has sections for them. */
const SECTIONS =
  /^(PORT|HOST|ANYPOD_METRICS_PORT|OTEL_\w+|ANYPOD_TRACE_SAMPLING|ANYPOD_SECRET|ANYPOD_PAYLOAD_KEYS|REDIS_\w+|ANYPOD_REDIS_TLS_\w+|ANYPOD_AUTH|ANYPOD_TRUSTED_PROXIES|ANYPOD_INTROSPECTION_SECRET|ANYPOD_ADMIN_PORT|ANYPOD_ADMIN_TOKEN)$/;

/**
 * Settings that the chart never gives. ANYPOD_AUTH holds what some of them say. Metrics are for other pods, so their host is that of the endpoint. No
 * process starts the first one of a container, so it cannot end with its parent.
 */
const NEVER = /^(ANYPOD_AUTH_\w+|ANYPOD_PUBLIC_URL|ANYPOD_METRICS_HOST|ANYPOD_EXIT_WITH_PARENT)$/;

const documentation = readFileSync(join(CHART, '../../docs/configuration.md'), 'utf8');
const SETTINGS = [...documentation.matchAll(/^\| `--[\w-]+` \| `(\w+)` \|/gm)]
  .map(([, variable]) => variable ?? '')
  .filter((variable) => !NEVER.test(variable));

/** What only a chart above this one reads; combinations.test.ts has it. */
const FOR_PARENTS = 'enabled';

describe('the cases', () => {
  it('set every setting of the service [chart.settings]', () => {
    const set = valuePaths(schema)
      .filter((path) => /^(?:config|limits)\./.test(path))
      .map(
        (path) =>
          `ANYPOD_${path
            .slice(path.indexOf('.') + 1)
            .replaceAll(/[A-Z]/g, '_$&')
            .toUpperCase()}`,
      );
    expect(SETTINGS.filter((variable) => !SECTIONS.test(variable)).sort()).toEqual(set.sort());
  });

  it('set every value that the schema knows, and no other [chart.values]', () => {
    const known = valuePaths(schema).filter((path) => path !== FOR_PARENTS);
    expect([...new Set(CASES.map(({ path }) => path))].sort()).toEqual(known.sort());
  });
});

/** Values by path as one text, so that cases that are compared to the same rendering share it. */
const keyOf = (byPath: ByPath) => JSON.stringify(byPath);
const given = ({ path, value, with: others = {}, needs = {} }: ValueCase): ByPath => ({
  ...others,
  ...needs,
  [path]: value,
});
const compared = ({ path, instead, with: others = {} }: ValueCase): ByPath =>
  instead === undefined ? others : { ...others, [path]: instead };

const SETS = [...new Set(CASES.flatMap((one) => [given(one), compared(one)]).map(keyOf))].map(
  (key) => JSON.parse(key) as ByPath,
);

describe('a value', () => {
  const renderings = { '4': new Map<string, Rendering>(), '3': new Map<string, Rendering>() };

  beforeAll(async () => {
    const render = async (helm: HelmMajor) => {
      const all = await renderAll(SETS.map(nest), { helm });
      for (const [index, set] of SETS.entries()) renderings[helm].set(keyOf(set), all[index] as Rendering);
    };
    await Promise.all(HELM_MAJORS.map(render));
  });

  it('of some section is what a pod gets as each setting [chart.settings]', () => {
    const all = [...renderings[4].values()];
    expect(SETTINGS.filter((variable) => all.every(({ text }) => !text.includes(`- name: ${variable}\n`)))).toEqual([]);
  });

  it.each(CASES)('$path: $value [chart.helm]', async (one) => {
    const { path, value, instead, check, allows = /^$/ } = one;
    expect(value).not.toEqual(instead ?? valueAt(defaults, path));
    const rendering = renderings[4].get(keyOf(given(one))) as Rendering;
    check(rendering);
    const without = renderings[4].get(keyOf(compared(one))) as Rendering;
    expect(() => check(without), 'the check sees the difference').toThrow();
    await expectSound(rendering, allows);
    expect(comparable(renderings[3].get(keyOf(given(one))) as Rendering)).toBe(comparable(rendering));
  });
});
