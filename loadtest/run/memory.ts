import { readFileSync } from 'node:fs';
import type { Pod } from '../../test/lib/pods.ts';
import type { Memory } from '../server/tools.ts';
import { connectWire } from './wire.ts';

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

/** What pods of the load test's server use together once garbage is gone: each is asked through a tool. */
export async function memoryOfPods(pods: readonly Pod[]): Promise<Memory> {
  const all = await Promise.all(pods.map(({ url }) => memoryOfPod(url)));
  const sum = (member: keyof Memory) => all.reduce((total, memory) => total + memory[member], 0);
  return { live: sum('live'), resident: sum('resident') };
}

async function memoryOfPod(url: string): Promise<Memory> {
  const client = connectWire(url, 1);
  const session = await client.open();
  try {
    return JSON.parse(await client.call(session, 'memory', {})) as Memory;
  } finally {
    await client.end(session);
    await client.close();
  }
}
