import { PLAIN, type Sealer } from '../core/sealer.ts';
import type { Listening } from '../core/store/inbox.ts';
import { STORE_DEFAULTS, type Store, type StoreOptions } from '../core/store/store.ts';
import { createRedisCallStore } from './calls/call-store.ts';
import { createRedisEventLog } from './calls/event-log.ts';
import { createOwnerNotes } from './calls/owner-notes.ts';
import { createRedisOwnership } from './calls/ownership.ts';
import { createRedisQuestionStore } from './calls/question-store.ts';
import { duplicateForBlocking, type RedisClient } from './client/client.ts';
import { createCommands } from './client/commands.ts';
import { createPlainWrites, createReplicatedWrites } from './client/writes.ts';
import { createKeys, KEY_VERSIONS } from './keys.ts';
import { createRedisChangeLog } from './pods/change-log.ts';
import { createRedisInbox } from './pods/inbox.ts';
import { createRedisKeyVersions } from './pods/key-versions.ts';
import { createRedisPodRegistry, keepMsOf } from './pods/pod-registry.ts';
import { createRedisQuotas } from './sessions/quotas.ts';
import { createRedisSessionStore } from './sessions/session-store.ts';
import { createRedisSpentStates } from './sessions/spent-states.ts';
import { createRedisStandingLog } from './sessions/standing-log.ts';
import { createRedisStateStore } from './sessions/state-store.ts';
import { createRedisTaskStore } from './tasks/task-store.ts';

const MINUTE_MS = 60 * 1000;

export interface RedisStoreOptions extends StoreOptions {
  /** The beginning of every key. Servers with different prefixes share nothing. Default `anypod`. */
  readonly prefix?: string;
  /** The key versions that the pod reads and writes, newest first. Default: those of this build. Give others to rehearse an update. */
  readonly versions?: readonly string[];
  /** How long every living pod must have known a newer key version before sessions begin in it, in ms. Default 10 min. */
  readonly settleMs?: number;
  /** How many replicas each write of an event, and each step of a task, waits for, half a second at most. Default 0. */
  readonly replicas?: number;
  /** Hides what is stored: everything but ids, times and counts. `createSealer` makes one. Default: it is stored as it is. */
  readonly sealer?: Sealer;
  /** Gets the errors of the blocking connections, which recover by themselves, and what the pod could not read. Default: nobody does. */
  readonly onError?: (error: unknown) => void;
}

/**
 * The store over Redis (7.0 or newer) or Redis Cluster. The caller closes `client`. Each `listen`, `follow` and `work` opens one blocking
 * connection, and `replicas` opens one more in total; `stop` or `close` ends them. Calls reject with `AnypodError` `store_unavailable` while Redis cannot serve.
 * The client's `maxRetriesPerRequest` decides how long a call tries before it does.
 */
export function createRedisStore(client: RedisClient, options: RedisStoreOptions = {}): Store {
  const {
    prefix = 'anypod',
    onError = () => undefined,
    versions = KEY_VERSIONS,
    settleMs = 10 * MINUTE_MS,
    replicas = 0,
    sealer = PLAIN,
    ...own
  } = options;
  const settings = { ...STORE_DEFAULTS, ...own };
  const commands = createCommands(client);
  const keys = createKeys(prefix, versions);
  const connect = () => duplicateForBlocking(client);
  const orphanKeepMs = keepMsOf(settings);
  const running = new Set<Listening>();

  const replicated = replicas > 0 ? client.duplicate() : undefined;
  replicated?.on('error', onError);
  const writes = replicated === undefined ? createPlainWrites(commands) : createReplicatedWrites(replicated, replicas);

  async function track(starting: Promise<Listening>): Promise<Listening> {
    const listening = await starting;
    const tracked = {
      async stop() {
        running.delete(tracked);
        await listening.stop();
      },
    };
    running.add(tracked);
    return tracked;
  }

  const inbox = createRedisInbox(commands, keys, sealer, connect, onError);
  const changes = createRedisChangeLog(commands, keys, sealer, settings, connect, onError);
  const ownership = createRedisOwnership(commands, keys, orphanKeepMs);
  const notes = createOwnerNotes(keys, ownership, client.isCluster);
  const tasks = createRedisTaskStore({ commands, writes, keys, sealer, connect });

  return {
    sessions: createRedisSessionStore(commands, keys, sealer, settings),
    events: createRedisEventLog(
      { commands, writes, keys, notes, keepNotesMs: orphanKeepMs, sealer, onError },
      settings,
    ),
    standing: createRedisStandingLog(commands, keys, sealer, settings),
    questions: createRedisQuestionStore(commands, keys, sealer, settings),
    pods: createRedisPodRegistry(commands, keys, { versions, payloadKeys: sealer.keys }, orphanKeepMs),
    ownership,
    inbox: { ...inbox, listen: (...args) => track(inbox.listen(...args)) },
    changes: { ...changes, follow: (...args) => track(changes.follow(...args)) },
    calls: createRedisCallStore(commands, keys, sealer),
    spent: createRedisSpentStates(commands, keys),
    tasks: { ...tasks, work: (...args) => track(tasks.work(...args)) },
    state: createRedisStateStore(commands, keys, sealer, settings),
    quotas: createRedisQuotas(commands, keys),
    versions: createRedisKeyVersions(commands, keys, { versions, payloadKeys: sealer.keys }, settleMs),
    async ping() {
      await commands.call('ping');
    },
    async close() {
      await Promise.all([...running].map((listening) => listening.stop()));
      replicated?.disconnect();
    },
  };
}
