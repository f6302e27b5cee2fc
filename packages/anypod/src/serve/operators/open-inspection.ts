import { silentLog } from '../../core/log.ts';
import type { PodFacts, SessionDetails, SessionFacts, StoreInspection } from '../../core/store/inspection.ts';
import { createRedisStore } from '../../redis/index.ts';
import {
  findTasks,
  inspectTask,
  pageTasks,
  type TaskDetails,
  type TaskFacts,
} from '../../redis/inspection/inspect-tasks.ts';
import { createLooking, createRedisInspection } from '../../redis/inspection/inspection.ts';
import { type EventFacts, lastEvents } from '../../redis/inspection/last-events.ts';
import { pageSessions, type SessionPage, type SessionSearch } from '../../redis/inspection/page-sessions.ts';
import { shortHash } from '../../signing/signer.ts';
import { type PayloadSettings, sealerOf } from '../settings/payload-settings.ts';
import { connectRedis, type RedisSettings } from '../store/redis-connection.ts';
import { cancelTask } from './cancel-task.ts';
import { endSession } from './end-session.ts';

export type { EventFacts, PodFacts, SessionDetails, SessionFacts, SessionPage, SessionSearch, TaskDetails, TaskFacts };
export { shortHash };

/** What an operator sees of pods and sessions, and can do with a session. Only `end` writes. */
export interface SessionInspection extends StoreInspection {
  /** Ends a session as its client's DELETE does, and tells the pods. Returns how many were told. Undefined: there is no such session. */
  end(id: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/** Looks at what pods share in Redis. Only `end` and `cancel` write. Methods reject with `AnypodError` where Redis does not answer. */
export interface Inspection extends SessionInspection {
  /** A part of the sessions that are looked for; `after` is the `next` of the page before. */
  page(search: SessionSearch, after?: string): Promise<SessionPage>;
  /** Kinds and sizes of a session's last messages. */
  events(id: string): Promise<readonly EventFacts[]>;
  /** The newest tasks, `count` at most; `after` is the `next` of the page before. */
  tasks(count: number, after?: string): Promise<{ readonly tasks: readonly TaskFacts[]; readonly next?: string }>;
  /** The ids of tasks that begin like that: none, one, or several. */
  findTasks(beginning: string): Promise<readonly string[]>;
  /** Undefined: there is no such task. */
  task(id: string): Promise<TaskDetails | undefined>;
  /** Cancels a task, and aborts its handler on its pod. False: there is no such task, or it has ended. */
  cancel(id: string): Promise<boolean>;
}

/** How the pods reach their Redis, and what they call and seal their data with. */
export interface InspectionSettings extends RedisSettings, PayloadSettings {
  readonly prefix: string;
}

/** Connects to the pods' Redis. */
export async function openInspection(settings: InspectionSettings): Promise<Inspection> {
  const client = await connectRedis(settings, silentLog);
  const naming = { prefix: settings.prefix, sealer: sealerOf(settings) };
  const looking = createLooking(client, naming);
  const store = createRedisStore(client, naming);
  const inspection = createRedisInspection(client, naming);
  return {
    ...inspection,
    async sessions(limit) {
      const { sessions, complete } = await inspection.sessions(limit);
      return { sessions: sessions.map(withHash), complete };
    },
    async session(id, mostStreams) {
      const session = await inspection.session(id, mostStreams);
      return session && withHash(session);
    },
    page: (search, after) => pageSessions({ ...looking, client }, search, after),
    events: (id) => lastEvents(looking, id),
    end: (id) => endSession(store, id),
    tasks: (count, after) => pageTasks(looking, count, after),
    findTasks: (beginning) => findTasks(looking, beginning),
    task: (id) => inspectTask(looking, id),
    cancel: (id) => cancelTask(store, id),
    async close() {
      await store.close();
      client.disconnect();
    },
  };
}

/** Adds the name that the session has in logs and traces. */
export function withHash<S extends SessionFacts>(session: S): S {
  return { ...session, hash: shortHash(session.id) };
}
