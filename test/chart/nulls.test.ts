import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHART } from './helm.ts';
import { refusal, render } from './render.ts';
import { expectSound } from './soundness.ts';
import { closedMaps, nest, type Schema, valuePaths } from './values.ts';

const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema;

const nulls = (paths: readonly string[]) => nest(Object.fromEntries(paths.map((path) => [path, null])));

/** The paths that the chart says it cannot do without, when these are null. */
async function refused(paths: readonly string[]): Promise<string[]> {
  const said = await refusal(nulls(paths));
  return [...said.matchAll(/^ {2}- (\S+) is null, but the chart needs a value: remove it/gm)].map(
    ([, path]) => path ?? '',
  );
}

/** Numbers whose loss nobody would see before the next rollout. */
const COMPUTED = ['config.drainDelay', 'config.drainTimeout', 'config.retry', 'drain.margin', 'drain.preStop'];

// null takes away a default, and the schema sees nothing of it.
describe.concurrent('null [chart.refusals]', () => {
  it.each([1, 2, 3])('instead of a map with keys of the chart is refused by its name, at depth %d', async (depth) => {
    const maps = closedMaps(schema)
      .map(([path]) => path)
      .filter((path) => path.split('.').length === depth);
    expect(maps).not.toEqual([]);
    expect((await refused(maps)).sort()).toEqual(maps.sort());
  });

  it('instead of any other value is refused by its name, or does no harm', async () => {
    const paths = valuePaths(schema);
    const indispensable = await refused(paths);
    expect(indispensable).toEqual(expect.arrayContaining([...COMPUTED, 'replicaCount']));
    const rendering = await render(nulls(paths.filter((path) => !indispensable.includes(path))));
    await expectSound(rendering);
  });
});
