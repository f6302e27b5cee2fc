import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileNameOf, readRun } from './runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'anypod-runs-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(content: object): string {
  const file = join(folder, 'findings.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('an earlier run', () => {
  it('is read as it was written', () => {
    const run = { date: '2026-01-02', profile: 'load', machine: { cores: 2 }, findings: [] };
    expect(readRun(written(run))).toEqual(run);
  });

  it('is refused with the name of the file where it is none', () => {
    expect(() => readRun(written({ metrics: {} }))).toThrow(/findings\.json holds no findings/);
  });

  it('has a file that no later run writes over', () => {
    expect(fileNameOf({ date: '2026-01-02T03:04:05.678Z', profile: 'load' })).toBe(
      'findings-load-2026-01-02T03-04-05.json',
    );
  });
});
