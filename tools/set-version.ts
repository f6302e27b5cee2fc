/**
 * Brings the version of the packages to every other place that names it: chart, manifests, services, README. Also begins the section of the version in
 * CHANGELOG.md. `npm run version` runs it after `changeset version`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageVersion, releasePlaces } from './release-places.ts';

const ROOT = join(import.meta.dirname, '..');
const CHANGELOG = join(ROOT, 'CHANGELOG.md');

const version = packageVersion();
for (const place of releasePlaces()) writeFileSync(join(ROOT, place.path), place.with(version));

const text = readFileSync(CHANGELOG, 'utf8');
if (!text.includes(`\n## ${version} `)) {
  const today = new Date().toISOString().slice(0, 10);
  writeFileSync(CHANGELOG, text.replace('\n## Unreleased\n', `\n## Unreleased\n\n## ${version} (${today})\n`));
}
console.log(`version ${version} is in every place; now: npm install, make chart-docs chart-snapshot`);
