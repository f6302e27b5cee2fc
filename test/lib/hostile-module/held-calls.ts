/** Calls that run until they are released, by key: the normal calls that run beside the faults. One registry per process. */
const held = new Map<string, { tick: () => Promise<void>; release: () => void }>();

/** Runs until `release`. */
export async function hold(key: string, tick: () => Promise<void>): Promise<string> {
  const released = new Promise<void>((resolve) => {
    held.set(key, { tick, release: resolve });
  });
  await tick();
  await released;
  held.delete(key);
  return 'held to its end';
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
