/** Lock files name packages and their hashes, but no registry, so that each user installs from their own. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
function tracked(pattern: string): string[] {
  return execFileSync('git', ['ls-files', '--', pattern], { cwd: root, encoding: 'utf8' }).trim().split('\n');
}

test.each(tracked('*package-lock.json'))('%s names no registry', (file) => {
  expect(readFileSync(join(root, file), 'utf8').match(/"resolved": "\w+:.*"/g)).toBeNull();
});

// Cargo always names the public index; its configuration may replace it.
test.each(tracked('*Cargo.lock'))('%s names no registry but the public index', (file) => {
  const sources = readFileSync(join(root, file), 'utf8').match(/^source = .*/gm);
  expect([...new Set(sources)]).toEqual(['source = "registry+https://github.com/rust-lang/crates.io-index"']);
});
