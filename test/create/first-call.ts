/** Measures what a newcomer waits for: from a clone, and from `npm create anypod`, to the first answer of a tool. With an empty cache of npm. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { startRegistry } from './registry.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST_MS = 1_800_000;

const directory = mkdtempSync(join(tmpdir(), 'anypod-first-call-'));
const registry = await startRegistry();
/** Without what npm and make, which run this, tell their children. */
const plain = Object.entries(process.env).filter(([name]) => !/^(npm_|MAKE|MFLAGS|NODE_ENV)/.test(name));
const env = { ...Object.fromEntries(plain), ...registry.env, npm_config_cache: join(directory, 'cache') };

/** Prints how long each step takes, and all together. */
function stopwatch(title: string) {
  const began = performance.now();
  let before = began;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1).padStart(6)} s`;
  console.log(title);
  return {
    lap(step: string): void {
      const now = performance.now();
      console.log(`  ${seconds(now - before)}  ${step}`);
      before = now;
    },
    end: () => console.log(`  ${seconds(before - began)}  in all\n`),
  };
}

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd, env, timeout: MOST_MS })).stdout;
}

interface Serving {
  readonly cwd: string;
  readonly command: readonly [string, ...string[]];
  readonly call: readonly [string, ...string[]];
}

/** Starts a server, waits until it is ready, and calls a tool. */
async function firstCall(
  { cwd, command: [command, ...args], call }: Serving,
  lap: (step: string) => void,
): Promise<void> {
  const port = await freePort();
  // A group of its own, because make and npm start others.
  const child = startChild(command, args, { cwd, env: { ...env, PORT: `${port}` }, detached: true });
  try {
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
    await waitUntilReady(child, ready, { name: command, timeoutMs: MOST_MS });
    lap([command, ...args].join(' '));
    const [tool, ...more] = call;
    const anypod = join(cwd, 'node_modules/.bin/anypod');
    const said = await run(cwd, anypod, 'call', `http://127.0.0.1:${port}/mcp`, tool, ...more);
    lap(`the first call: ${said.trim().split('\n')[0]}`);
  } finally {
    process.kill(-child.pid, 'SIGTERM');
    await child.exited;
  }
}

try {
  const clone = stopwatch('From a clone to the first call');
  await run(directory, 'git', 'clone', '--quiet', '--depth', '1', `file://${ROOT}`, 'clone');
  clone.lap('git clone');
  await firstCall(
    {
      cwd: join(directory, 'clone'),
      command: ['make', 'run'],
      call: ['lookup_customer', '--arguments', '{"email":"customer@example.com"}'],
    },
    clone.lap,
  );
  clone.end();
  rmSync(join(directory, 'cache'), { recursive: true, force: true });

  const create = stopwatch('From npm create to the first call');
  await run(directory, 'npm', 'create', '--yes', 'anypod@latest', 'weather', '--', '--yes');
  create.lap('npm create anypod@latest weather -- --yes');
  const cwd = join(directory, 'weather');
  await run(cwd, 'npm', 'install');
  create.lap('npm install');
  await run(cwd, 'npm', 'test');
  create.lap('npm test');
  await firstCall({ cwd, command: ['npm', 'start'], call: ['greet', '--arguments', '{"name":"Ada"}'] }, create.lap);
  create.end();
} finally {
  registry.stop();
  rmSync(directory, { recursive: true, force: true });
}
