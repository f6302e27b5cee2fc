/** Lock files name packages and their hashes, no registry: everyone installs from the one they have. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--', '*package-lock.json'], { cwd: root, encoding: 'utf8' });

test.each(tracked.trim().split('\n'))('%s names no registry', (file) => {
  expect(readFileSync(join(root, file), 'utf8').match(/"resolved": "\w+:.*"/g)).toBeNull();
});
