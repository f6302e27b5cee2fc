import { readFileSync } from 'node:fs';

/** The most memory that a process has used, in bytes. */
export function peakOf(pid: number): number {
  return field(pid, 'VmHWM');
}

/** The memory that a process uses, in bytes. */
export function memoryOf(pid: number): number {
  return field(pid, 'VmRSS');
}

function field(pid: number, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]) * 1024;
}
