import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onCore } from './pin.ts';

const run = promisify(execFile);
const LOOP = join(import.meta.dirname, 'stall-loop.ts');

/** What a machine takes from whoever runs on one of its cores. */
export interface Stalls {
  /** Of the time, in which a loop that does nothing else did not run. */
  readonly share: number;
  /** ms. */
  readonly longest: number;
}

/** Watches a core for so long, while nothing else runs: a virtual machine’s cores are taken away without a word. */
export async function measureStalls(core: number, seconds: number): Promise<Stalls> {
  const [command, ...args] = onCore(core, [process.execPath, LOOP, `${seconds}`]);
  return JSON.parse((await run(command, args)).stdout) as Stalls;
}
