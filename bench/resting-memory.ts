import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { memoryOf } from '../loadtest/run/memory.ts';
import type { Child } from '../test/lib/child.ts';

const COLLECT = 'SIGUSR2';

/** Bytes that a process uses after a collection, where its language has one: what is in use, not what has not been cleared yet. */
export async function restingMemory(child: Child): Promise<number> {
  if (listensFor(child.pid, COLLECT)) {
    child.signal(COLLECT);
    await delay(300);
  }
  return memoryOf(child.pid);
}

/** A process that does not listen would end. */
function listensFor(pid: number, signal: NodeJS.Signals): boolean {
  const caught = /^SigCgt:\s+(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${caught}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}
