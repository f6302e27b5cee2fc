import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** What the numbers were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly k6: string;
  readonly redis: string;
  readonly haproxy: string;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    k6: k6Version(),
    redis: firstLine('redis-server', ['--version']),
    haproxy: firstLine('haproxy', ['-v']),
  };
}

/** A run may have no study that needs it. */
function k6Version(): string {
  try {
    return firstLine('k6', ['version']);
  } catch {
    return 'no k6';
  }
}

function firstLine(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0] ?? '';
}
