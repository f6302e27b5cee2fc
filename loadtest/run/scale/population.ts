import { createRedisStore } from 'anypod/redis';
import { Cluster } from 'ioredis';
// Sessions as pods make them, without the user's server, which a million sessions would make a million times.
import { createSessionId } from '../../../packages/anypod/src/core/session/session-id.ts';
import { createSigner, randomId } from '../../../packages/anypod/src/signing/signer.ts';
import { TEST_SECRET } from '../../../test/lib/pods.ts';
import { connectWire, inParallel } from '../wire.ts';
import type { Deployment } from './deployment.ts';

const AT_ONCE = 256;
const CONNECTIONS = 32;
const VERSION = '2025-11-25';
/** A pod that is gone, as the pods are which opened the sessions of yesterday. */
const OPENED_BY = 'a-pod-that-was-here-before';

/** Sessions that no living pod knows, each used once. */
export interface Population {
  /** Opens so many sessions over HTTP, through the balancers. */
  open(count: number): Promise<void>;
  /**
   * Stores so many more sessions with the code with which pods store them, and the secret of the pods. It makes no user's server, and sends no request.
   */
  store(count: number): Promise<void>;
  /** How many there are. */
  readonly size: number;
  /** The next so many that nobody has taken. Throws if there are not as many. */
  take(count: number): string[];
  close(): Promise<void>;
}

export async function createPopulation({ masters, balancers }: Deployment): Promise<Population> {
  const cluster = new Cluster(masters.map(({ port }) => ({ host: '127.0.0.1', port })));
  const store = createRedisStore(cluster);
  await store.versions.look();
  const signer = createSigner([TEST_SECRET]);
  const sessions: string[] = [];
  let taken = 0;

  async function storeOne(changes: string): Promise<void> {
    const id = createSessionId(signer, randomId, store.versions.current());
    const initialize = {
      protocolVersion: VERSION,
      capabilities: {},
      clientInfo: { name: 'loadtest', version: '1.0.0' },
    };
    await store.sessions.create(
      { id, protocolVersion: VERSION, initialize, createdAt: Date.now() },
      OPENED_BY,
      changes,
    );
    await store.sessions.note(id, { method: 'notifications/initialized' });
    sessions.push(id);
  }

  return {
    async open(count) {
      const clients = balancers.map(({ url }) => connectWire(url, CONNECTIONS));
      try {
        await inParallel(Array.from({ length: count }).keys(), CONNECTIONS, async (index) => {
          sessions.push((await clients[index % clients.length]?.open()) ?? '');
        });
      } finally {
        await Promise.all(clients.map((client) => client.close()));
      }
    },
    async store(count) {
      const changes = await store.changes.tail();
      await inParallel(Array.from({ length: count }), AT_ONCE, () => storeOne(changes));
    },
    get size() {
      return sessions.length;
    },
    take(count) {
      const part = sessions.slice(taken, taken + count);
      if (part.length < count) throw new Error(`${count} sessions are wanted, and ${part.length} are left.`);
      taken += count;
      return part;
    },
    async close() {
      await store.close();
      cluster.disconnect();
    },
  };
}
