import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ANYPOD } from '../lib/anypod.ts';

/** How a command ended, with what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of anypod's commands to its end. */
export async function runAnypod(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [ANYPOD, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, stdout, stderr };
}
