import type { StoreInspection } from '../core/store/inspection.ts';
import { FIRST_KEY_VERSION } from '../core/store/key-versions.ts';
import { STORE_DEFAULTS, type Store, type StoreOptions } from '../core/store/store.ts';
import { createMemoryCallStore, type StoredCall } from './call-store.ts';
import { createMemoryChangeLog } from './change-log.ts';
import { createMemoryEventLog } from './event-log.ts';
import type { Clock } from './expiring-map.ts';
import { createExpiringMap } from './expiring-map.ts';
import { createMemoryInbox } from './inbox.ts';
import { createMemoryInspection } from './inspection.ts';
import { createMemoryOwnership } from './ownership.ts';
import { createMemoryPodRegistry } from './pod-registry.ts';
import { createMemoryQuestionStore } from './question-store.ts';
import { createMemoryQuotas } from './quotas.ts';
import type { SessionState } from './session-state.ts';
import { createMemorySessionStore } from './session-store.ts';
import { createMemorySpentStates } from './spent-states.ts';
import { createMemoryStandingLog } from './standing-log.ts';
import { createMemoryStateStore, type HandleState } from './state-store.ts';
import { createTaskQueue } from './task-queue.ts';
import type { StoredTask } from './task-steps.ts';
import { createMemoryTaskStore } from './task-store.ts';

const SWEEP_MS = 60_000;

export interface MemoryStoreOptions extends StoreOptions {
  /** Default `Date.now`. */
  readonly clock?: Clock;
}

/** The store of one process, with what an operator sees of it. */
export interface MemoryStore extends Store {
  readonly inspection: StoreInspection;
}

/**
 * The store of one process: the embedded default, also used in fast tests. Several pods of one process may share it. It never returns expired data
 * and frees it once a minute; the timer does not keep the process alive.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { clock = Date.now, ...own } = options;
  const settings = { ...STORE_DEFAULTS, ...own };
  const sessions = createExpiringMap<SessionState>(clock);
  const calls = createExpiringMap<StoredCall>(clock);
  const spent = createExpiringMap<string>(clock);
  const tasks = createExpiringMap<StoredTask>(clock);
  const queue = createTaskQueue();
  const handles = createExpiringMap<HandleState>(clock);
  const full = createExpiringMap<number>(clock);
  const sessionsOf = createExpiringMap<Map<string, number>>(clock);
  const inbox = createMemoryInbox();
  const ownership = createMemoryOwnership();
  const pods = createMemoryPodRegistry(clock, ownership);
  const changes = createMemoryChangeLog(clock, settings.standingLimit);

  function sweep(): void {
    sessions.sweep();
    calls.sweep();
    spent.sweep();
    tasks.sweep();
    handles.sweep();
    full.sweep();
    sessionsOf.sweep();
    for (const id of sessions.keys()) sessions.get(id)?.streams.sweep();
  }
  const sweeping = setInterval(sweep, SWEEP_MS).unref();

  return {
    sessions: createMemorySessionStore(sessions, clock, settings),
    events: createMemoryEventLog(sessions, ownership, settings),
    standing: createMemoryStandingLog(sessions, clock),
    questions: createMemoryQuestionStore(sessions),
    pods,
    ownership,
    inbox,
    changes,
    calls: createMemoryCallStore(calls),
    spent: createMemorySpentStates(spent),
    tasks: createMemoryTaskStore(tasks, queue, clock),
    state: createMemoryStateStore(sessions, handles, settings),
    quotas: createMemoryQuotas({ full, sessions: sessionsOf }, clock),
    versions: { current: () => FIRST_KEY_VERSION, look: async () => undefined },
    inspection: createMemoryInspection({ sessions, pods, ownership, clock }),
    ping: async () => undefined,
    async close() {
      clearInterval(sweeping);
      queue.close();
      inbox.close();
      changes.close();
    },
  };
}
