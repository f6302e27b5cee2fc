import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../lib/child.ts';
import { readChecks } from './checks.ts';
import { judge, type Verdict } from './gate.ts';
import type { Suite } from './suites.ts';

const { resolve } = createRequire(import.meta.url);

export interface SuiteRun extends Verdict {
  readonly seconds: number;
  /** What the suite printed. */
  readonly output: string;
}

/** Runs a suite against `url` and judges what it wrote. */
export async function runSuite(suite: Suite, url: string): Promise<SuiteRun> {
  const directory = await mkdtemp(join(tmpdir(), 'anypod-conformance-'));
  const started = performance.now();
  try {
    const tool = resolve(`${suite.tool}/dist/index.js`);
    const child = startChild(process.execPath, [tool, 'server', '--url', url, ...suite.args, '-o', directory]);
    await child.exited;
    const verdict = judge(await readChecks(directory), Object.keys(suite.excused ?? {}), suite.scenarios);
    return { ...verdict, seconds: (performance.now() - started) / 1000, output: child.logs() };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
