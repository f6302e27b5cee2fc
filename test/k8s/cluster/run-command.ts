import { execFile } from 'node:child_process';

export interface CommandOptions {
  /** Written to the command's standard input. */
  readonly input?: string;
  /** The command is ended after this long. Default 120 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Runs a program to its end and answers its standard output. Throws with what it printed where it fails, and with a remedy where it is missing. */
export function runCommand(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { input, timeoutMs = 120_000, signal } = options;
  return new Promise((resolve, reject) => {
    const limits = { timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, ...(signal === undefined ? {} : { signal }) };
    const child = execFile(program, args, limits, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(commandError(program, args, error, `${stdout}${stderr}`.trim(), timeoutMs));
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

type Failed = Error & { readonly code?: unknown; readonly killed?: boolean };

function commandError(program: string, args: readonly string[], error: Failed, printed: string, timeoutMs: number) {
  if (error.code === 'ENOENT') return new Error(`${program} is missing: install it, or put its folder on PATH.`);
  if (error.name === 'AbortError') return error;
  const why = error.killed === true ? `was not done after ${timeoutMs / 1000} s` : `failed with ${error.code}`;
  return new Error(`${program} ${args.join(' ')} ${why}${printed === '' ? '' : `:\n${printed}`}`);
}
