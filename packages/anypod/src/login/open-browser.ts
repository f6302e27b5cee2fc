import { spawn } from 'node:child_process';
import { platform } from 'node:os';

const COMMANDS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens a page in the browser of the user, or in the program that the variable BROWSER names. Nothing is told if that fails, because the user has the
 * address too. A page of any other kind than http and https is not opened: the address comes from a server.
 */
export function openBrowser(page: URL, { BROWSER }: NodeJS.ProcessEnv): void {
  if (!/^https?:$/.test(page.protocol)) return;
  const [command, ...args] = BROWSER ? [BROWSER] : (COMMANDS[platform()] ?? ['xdg-open']);
  const child = spawn(command, [...args, page.href], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
