/**
 * Makes the dashboard and the alerts of the chart from the definitions of the metrics and from `tools/observability`. `--check` writes nothing and fails if a
 * file is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { rulesFor } from './observability/alerts.ts';
import { createDashboard } from './observability/dashboard.ts';
import { SCOPE } from './observability/series.ts';

const folder = join(import.meta.dirname, '../helm/anypod/files');

const generated = {
  'dashboard.json': `${JSON.stringify(createDashboard(), undefined, 2)}\n`,
  'alerts.yaml': stringify(rulesFor(SCOPE), { lineWidth: 0 }),
};

for (const [file, text] of Object.entries(generated)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(join(folder, file), text);
  } else if (readFileSync(join(folder, file), 'utf8') !== text) {
    console.error(`helm/anypod/files/${file} is out of date: run make observability`);
    process.exitCode = 1;
  }
}
