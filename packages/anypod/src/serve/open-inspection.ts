import { randomBytes } from 'node:crypto';
import { silentLog } from '../core/log.ts';
import { createCommands } from '../redis/commands.ts';
import { followSession, type Observed } from '../redis/follow-session.ts';
import { createRedisStore } from '../redis/index.ts';
import { inspectPods, type PodFacts } from '../redis/inspect-pods.ts';
import {
  findSessions,
  inspectDetails,
  inspectSession,
  type SessionDetails,
  type SessionFacts,
} from '../redis/inspect-sessions.ts';
import { findTasks, inspectTask, pageTasks, type TaskDetails, type TaskFacts } from '../redis/inspect-tasks.ts';
import { createKeys } from '../redis/keys.ts';
import { type EventFacts, lastEvents } from '../redis/last-events.ts';
import { pageSessions, type SessionPage, type SessionSearch } from '../redis/page-sessions.ts';
import { cancelTask } from './cancel-task.ts';
import { type PayloadSettings, sealerOf } from './payload-settings.ts';
import { connectRedis, type RedisSettings } from './redis-connection.ts';

export type { EventFacts, PodFacts, SessionDetails, SessionFacts, SessionPage, SessionSearch, TaskDetails, TaskFacts };

/** Looks at what pods share in Redis. Only `end` and `cancel` write. Methods reject with `AnypodError` where Redis does not answer. */
export interface Inspection {
  pods(): Promise<readonly PodFacts[]>;
  /** Up to `limit` sessions. `complete` is false if there are more. */
  sessions(limit: number): Promise<{ readonly sessions: readonly SessionFacts[]; readonly complete: boolean }>;
  /** A part of the sessions that are looked for; `after` is the `next` of the page before. */
  page(search: SessionSearch, after?: string): Promise<SessionPage>;
  /** The ids that begin like that: none, one, or two if there are several. */
  find(beginning: string): Promise<readonly string[]>;
  /** With its newest streams, `mostStreams` at most; default all. Undefined: there is no such session. */
  session(id: string, mostStreams?: number): Promise<SessionDetails | undefined>;
  /** Kinds and sizes of a session's last messages. */
  events(id: string): Promise<readonly EventFacts[]>;
  follow(id: string, options: { readonly once: boolean; readonly signal: AbortSignal }): AsyncGenerator<Observed, void>;
  /** Ends a session as its client's DELETE does, and tells the pods. Returns how many were told. Undefined: there is no such session. */
  end(id: string): Promise<number | undefined>;
  /** The newest tasks, `count` at most; `after` is the `next` of the page before. */
  tasks(count: number, after?: string): Promise<{ readonly tasks: readonly TaskFacts[]; readonly next?: string }>;
  /** The ids of tasks that begin like that: none, one, or several. */
  findTasks(beginning: string): Promise<readonly string[]>;
  /** Undefined: there is no such task. */
  task(id: string): Promise<TaskDetails | undefined>;
  /** Cancels a task, and aborts its handler on its pod. False: there is no such task, or it has ended. */
  cancel(id: string): Promise<boolean>;
  close(): Promise<void>;
}

/** How the pods reach their Redis, and what they call and seal their data with. */
export interface InspectionSettings extends RedisSettings, PayloadSettings {
  readonly prefix: string;
}

/** Connects to the pods' Redis. */
export async function openInspection(settings: InspectionSettings): Promise<Inspection> {
  const client = await connectRedis(settings, silentLog);
  const [commands, keys] = [createCommands(client), createKeys(settings.prefix)];
  const sealer = sealerOf(settings);
  const looking = { commands, keys, sealer };
  const store = createRedisStore(client, { prefix: settings.prefix, sealer });
  return {
    pods: () => inspectPods(commands, keys),
    async sessions(limit) {
      const { ids, complete } = await findSessions(client, keys, '', limit);
      const found = await Promise.all(ids.map((id) => inspectSession(looking, id)));
      const sessions = found.filter((session) => session !== undefined);
      return { sessions: sessions.sort((one, other) => other.createdAt - one.createdAt), complete };
    },
    async find(beginning) {
      if ((await commands.call('exists', keys.session(beginning))) === 1) return [beginning];
      return (await findSessions(client, keys, beginning)).ids;
    },
    page: (search, after) => pageSessions({ ...looking, client }, search, after),
    session: (id, mostStreams) => inspectDetails(looking, id, mostStreams),
    events: (id) => lastEvents(looking, id),
    follow: (id, options) => followSession(looking, id, options),
    async end(id) {
      const pods = await store.sessions.end(id);
      // Their confirmations go to an inbox that does not exist, so Redis drops them.
      const own = { from: `cli-${randomBytes(6).toString('hex')}`, ack: 'none' };
      for (const pod of pods ?? []) await store.inbox.send(pod, { type: 'session-ended', session: id, ...own });
      return pods?.length;
    },
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
