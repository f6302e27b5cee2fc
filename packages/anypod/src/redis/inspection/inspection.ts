import type { Sealer } from '../../core/sealer.ts';
import { followSession } from '../../core/session/follow-session.ts';
import type { StoreInspection } from '../../core/store/inspection.ts';
import type { RedisClient } from '../client/client.ts';
import { createCommands } from '../client/commands.ts';
import { createKeys } from '../keys.ts';
import { inspectPods } from './inspect-pods.ts';
import { findSessions, inspectDetails, inspectSession, type Looking } from './inspect-sessions.ts';
import { createSessionLogs } from './session-logs.ts';

/** What the pods call their data, and seal it with. */
export interface Naming {
  readonly prefix: string;
  readonly sealer: Sealer;
}

/** What an operator looks with. */
export function createLooking(client: RedisClient, { prefix, sealer }: Naming): Looking {
  return { commands: createCommands(client), keys: createKeys(prefix), sealer };
}

/** What an operator sees of the pods' Redis. Its calls reject with `AnypodError` where Redis does not answer, or refuses. */
export function createRedisInspection(client: RedisClient, naming: Naming): StoreInspection {
  const looking = createLooking(client, naming);
  const { commands, keys } = looking;
  const logs = createSessionLogs(looking);
  return {
    pods: () => inspectPods(commands, keys),
    async sessions(limit) {
      const { ids, complete } = await findSessions(client, keys, '', limit);
      const found = await Promise.all(ids.map((id) => inspectSession(looking, id)));
      const sessions = found.filter((session) => session !== undefined);
      return { sessions: sessions.sort((one, other) => other.createdAt - one.createdAt), complete };
    },
    async find(beginning) {
      if (await logs.has(beginning)) return [beginning];
      return (await findSessions(client, keys, beginning)).ids;
    },
    session: (id, mostStreams) => inspectDetails(looking, id, mostStreams),
    follow: (id, options) => followSession(logs, id, options),
  };
}
