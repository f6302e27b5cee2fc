import { spawn } from 'node:child_process';
import type { Logger } from 'pino';

/** Starts the official Inspector for the server at `url`, with npx. It ends when `signal` fires. */
export function openInspector(url: string, log: Logger, signal: AbortSignal): void {
  const args = ['--yes', '@modelcontextprotocol/inspector', '--server-url', url, '--transport', 'http'];
  // A group of its own, because npx starts others. On Windows npx is a script, which only a shell runs.
  const windows = process.platform === 'win32';
  const child = spawn('npx', args, { stdio: ['ignore', 'inherit', 'inherit'], detached: !windows, shell: windows });
  child.on('error', (err) => log.warn({ err }, 'the Inspector could not be started; it needs npx'));
  child.on('exit', (code) => code !== null && code !== 0 && log.warn({ code }, 'the Inspector has ended'));
  signal.addEventListener('abort', () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (windows) child.kill();
    else process.kill(-child.pid, 'SIGTERM');
  });
}
