import { RPC } from '../../core/json/rpc-error.ts';
import { isUnreadable, type Sealer } from '../../core/sealer.ts';
import type { Listening } from '../../core/store/inbox.ts';
import type { TaskWorker } from '../../core/store/task-store.ts';
import type { RedisConnection } from '../client/client.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';
import { taskOf } from './task-fields.ts';
import { GROUP, startQueueReader } from './task-queue.ts';

/** What the pod takes tasks with. `connect` opens the connection for blocking reads. */
export interface TaskReading {
  readonly commands: Commands;
  readonly keys: Keys;
  readonly sealer: Sealer;
  readonly connect: () => RedisConnection;
}

/** Takes tasks from the queue for a pod, one by one. */
export function startTaskWork(
  { commands: { run }, keys, sealer, connect }: TaskReading,
  pod: string,
  { room, onTask, onError }: TaskWorker,
): Promise<Listening> {
  async function claim(entry: string, id: string) {
    const key = keys.task(id);
    const reply = await run(scripts.claimTask, [key, keys.queue(), keys.held(pod)], GROUP, entry, id, pod);
    return reply === null ? undefined : taskOf(id, sealer, key, reply as string[]);
  }

  /** Ends a task that this pod has claimed and cannot read. Only the task itself says whose it is, so it counts as unfinished until it expires. */
  async function giveUp(id: string, { message }: Error) {
    const key = keys.task(id);
    const json = JSON.stringify({ code: RPC.internal, message, data: { reason: 'payload_unreadable' } });
    const outcome = ['error', sealer.seal(key, 'd', json), sealer.seal(key, 'm', message)];
    const all = [key, keys.held(pod), keys.queue(), keys.unfinishedOf('')];
    await run(scripts.loseTask, all, id, pod, 0, ...outcome);
  }

  return startQueueReader(connect(), {
    key: keys.queue(),
    pod,
    room,
    onError,
    async onEntry(entry, id) {
      try {
        const task = await claim(entry, id);
        if (task !== undefined) onTask(task);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        onError(error);
        await giveUp(id, error);
      }
    },
  });
}
