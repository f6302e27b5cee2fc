import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHART, type CommandResult, createCommand, type HelmMajor } from './helm.ts';
import type { Values } from './values.ts';

/** How a batch names its n-th set of values. */
export const aliasOf = (index: number) => `c${index}`;

const SCHEMA = 'values.schema.json';

/** Hundreds of renderings, on a machine that does other things too. */
const LONGEST_SECONDS = 280;

interface Batch {
  readonly helm: HelmMajor;
  /** Changes the copy of the chart, or the chart around it, before helm reads them. */
  readonly prepare?: (folder: string, copy: string) => void;
  readonly arguments_?: readonly string[];
}

/**
 * Runs helm once for many sets of values. A process of helm costs more than ten renderings, so this makes a chart whose subcharts are aliases of a
 * copy of the chart, one per set. Everything in a subchart is as in a chart of its own, but `.Chart.Name` is the alias.
 *
 * @param command what helm does with the chart: `['template', 'demo']`.
 */
export async function runBatch(
  command: readonly string[],
  sets: readonly Values[],
  { helm, prepare, arguments_ = [] }: Batch,
): Promise<CommandResult> {
  const folder = mkdtempSync(join(tmpdir(), 'anypod-chart-'));
  try {
    const copy = join(folder, 'charts/anypod');
    mkdirSync(join(folder, 'templates'));
    cpSync(CHART, copy, { recursive: true });
    const dependencies = sets.map((_, index) => ({ name: 'anypod', version: versionOf(copy), alias: aliasOf(index) }));
    writeFileSync(
      join(folder, 'Chart.yaml'),
      JSON.stringify({ apiVersion: 'v2', name: 'batch', version: '0.0.0', dependencies }),
    );
    shareWithAll(folder, copy);
    prepare?.(folder, copy);
    const values = sets.map((set, index) => [aliasOf(index), { nameOverride: 'anypod', ...set }]);
    const all = [...command, folder, '--namespace', 'tools', ...arguments_, '--values', '-'];
    return await createCommand('helm', helm, LONGEST_SECONDS)(all, JSON.stringify(Object.fromEntries(values)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** helm would read the schema and the helpers once per subchart. The helpers belong to all charts anyway, and one schema can judge every map of values. */
function shareWithAll(folder: string, copy: string): void {
  for (const file of globSync('templates/_*.tpl', { cwd: copy })) renameSync(join(copy, file), join(folder, file));
  const additionalProperties = JSON.parse(readFileSync(join(copy, SCHEMA), 'utf8'));
  writeFileSync(join(folder, SCHEMA), JSON.stringify({ properties: { global: {} }, additionalProperties }));
  rmSync(join(copy, SCHEMA));
}

function versionOf(chart: string): string {
  return /^version: (.*)$/m.exec(readFileSync(join(chart, 'Chart.yaml'), 'utf8'))?.[1] ?? '';
}
