/**
 * Makes the chart's `values.schema.json` and `README.md` from its `values.yaml`, the single source of its settings. `--check` writes nothing
 * and fails if one is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readValues } from './chart/read-values.ts';
import { chartReadme } from './chart/readme.ts';
import { valuesSchema } from './chart/schema.ts';

const chart = join(import.meta.dirname, '../helm/anypod');
const read = (file: string) => readFileSync(join(chart, file), 'utf8');

const values = readValues(read('values.yaml'));
const generated = {
  'values.schema.json': `${JSON.stringify(valuesSchema(values), undefined, 2)}\n`,
  'README.md': chartReadme(read('README.template.md'), values),
};

for (const [file, text] of Object.entries(generated)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(join(chart, file), text);
  } else if (read(file) !== text) {
    console.error(`helm/anypod/${file} is out of date: run make chart-docs`);
    process.exitCode = 1;
  }
}
