import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Calls that run until they are released, by key: the normal calls that run beside the faults. One registry per process. */
const held = new Map<string, { tick: () => Promise<void>; release: () => void }>();

/** Runs until `release`, or until the file `path` exists: a pod that drains accepts no call that could release this one. */
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

/** Makes a held call send a message. */
export async function tick(key: string): Promise<string> {
  const call = held.get(key);
  await call?.tick();
  return call === undefined ? 'not held here' : 'ticked';
}

export function release(key: string): string {
  held.get(key)?.release();
  return 'released';
}
