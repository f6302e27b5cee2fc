import type { Listening } from '../core/store/inbox.ts';
import { FIRST_KEY_VERSION } from '../core/store/key-versions.ts';
import type { Store } from '../core/store/store.ts';
import type { TaskWorker } from '../core/store/task-store.ts';
import { createMemoryStore } from '../memory/index.ts';
import type { Channel } from './channel.ts';
import { createFarCalls } from './far-calls.ts';
import type { Fn } from './references.ts';

type Ports = Readonly<Record<string, Readonly<Record<string, Fn>>>>;

/** The ports of a store whose methods are all asynchronous: all but the key versions, of which there is one here. */
function portsOf(store: Store): Ports {
  const { versions: _, ping: __, close: ___, ...ports } = store;
  return ports as unknown as Ports;
}

/** Lets the process at the far end use `store`. What it listens to ends when it goes. */
export function offerStore(store: Store, channel: Channel): void {
  const calls = createFarCalls(channel);
  const listening = new Set<Listening>();
  const kept = async (started: Promise<Listening>): Promise<Listening> => {
    const one = await started;
    listening.add(one);
    return { stop: () => one.stop().finally(() => listening.delete(one)) };
  };
  for (const [port, methods] of Object.entries(portsOf(store))) {
    for (const [name, method] of Object.entries(methods)) calls.offer(`${port}.${name}`, method.bind(methods));
  }
  const { inbox, changes, tasks } = store;
  calls.offer('inbox.listen', (...args: Parameters<typeof inbox.listen>) => kept(inbox.listen(...args)));
  calls.offer('changes.follow', (...args: Parameters<typeof changes.follow>) => kept(changes.follow(...args)));
  // A worker that has gone has no room.
  calls.offer('tasks.work', (pod: string, { room, ...worker }: TaskWorker) =>
    kept(tasks.work(pod, { ...worker, room: (signal) => room(signal).catch(() => 0) })),
  );
  channel.onClose(() => {
    for (const one of listening) void one.stop();
  });
}

/** The store that the process at the far end offers. */
export function createSharedStore(channel: Channel): Store {
  const calls = createFarCalls(channel);
  const pattern = createMemoryStore();
  const ports = Object.entries(portsOf(pattern)).map(([port, methods]) => [
    port,
    Object.fromEntries(Object.keys(methods).map((name) => [name, calls.far(`${port}.${name}`)])),
  ]);
  void pattern.close();
  return {
    ...Object.fromEntries(ports),
    versions: { current: () => FIRST_KEY_VERSION, look: async () => undefined },
    ping: async () => undefined,
    close: async () => undefined,
  };
}
