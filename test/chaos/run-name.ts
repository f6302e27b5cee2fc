import { hostname } from 'node:os';

/** Names a process among those of several hosts: in containers all have the same number. Default: this process. */
export function runName(pid: number = process.pid, host: string = hostname()): string {
  return `${host}/${pid}`;
}
