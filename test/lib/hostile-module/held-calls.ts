import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Calls that run until they are let go, by key: the steady load beside what goes wrong. One registry per process. */
const held = new Map<string, { tick: () => Promise<void>; release: () => void }>();

/** Runs until `release`, or until the file `path` exists, since a pod that drains takes no call that could release it. */
export async function hold(key: string, tick: () => Promise<void>, path?: string): Promise<string> {
  const released = new Promise<void>((resolve) => {
    held.set(key, { tick, release: resolve });
  });
  await tick();
  await (path === undefined ? released : Promise.race([released, exists(path)]));
  held.delete(key);
  return 'held to its end';
}

async function exists(path: string): Promise<void> {
  while (!existsSync(path)) await delay(20);
}

/** Has a held call say something. */
export async function tick(key: string): Promise<string> {
  const call = held.get(key);
  await call?.tick();
  return call === undefined ? 'not held here' : 'ticked';
}

export function release(key: string): string {
  held.get(key)?.release();
  return 'released';
}
