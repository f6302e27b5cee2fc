import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client, Outcome } from '../flow.ts';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const INSPECTOR = `${HERE}node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js`;
const PYTHON = `${HERE}.python/bin/python`;

/** MCP Inspector's command line. Each step is a process of its own. It has no progress and cannot be asked. */
export async function connectInspector(era: 'legacy' | 'auto' | 'modern', url: URL): Promise<Client> {
  const ask = async (...args: string[]) => {
    const common = ['--cli', url.href, '--transport', 'http', '--protocol-era', era, '--format', 'json'];
    const { stdout } = await run(process.execPath, [INSPECTOR, ...common, ...args]);
    return (JSON.parse(stdout) as { result: { tools?: { name: string }[]; content?: { text: string }[] } }).result;
  };
  return {
    revision: 'not told',
    asks: undefined,
    hasProgress: false,
    connectsAnew: true,
    tools: async () => ((await ask('--method', 'tools/list')).tools ?? []).map((tool) => tool.name),
    async call(name, args) {
      const json = ['--tool-args-json', JSON.stringify(args)];
      const { content } = await ask('--method', 'tools/call', '--tool-name', name, ...json);
      return content?.[0]?.text ?? '';
    },
    close: async () => undefined,
  };
}

/** Whether there is a Python with which the clients of Python run: 3.10 or newer. */
async function hasPython(): Promise<boolean> {
  const check = 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)';
  return run('python3', ['-c', check]).then(
    () => true,
    () => false,
  );
}

/** Installs the clients of Python. False: there is no Python for them. */
export async function installPython(): Promise<boolean> {
  if (existsSync(PYTHON)) return true;
  if (!(await hasPython())) return false;
  await run('python3', ['-m', 'venv', `${HERE}.python`]);
  await run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--requirement', `${HERE}requirements.txt`]);
  return true;
}

/** Runs a client of Python through all steps. Cuts its connections when it says so. */
export function drivePython(library: string, mode: string, url: URL, cut: () => void): Promise<Outcome> {
  const child = spawn(PYTHON, [`${HERE}drive.py`, library, url.href, mode], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-500);
  });
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line === 'cut') cut();
      else resolve(JSON.parse(line) as Outcome);
    });
    child.on('exit', () => reject(new Error(`drive.py: ${complaints.split('\n').filter(Boolean).at(-1)}`)));
  });
}
