import type { Store } from '../../core/store/store.ts';

/** Cancels a task, and tells the pods that run it or wait for it. False: there is no such task, or it has ended. */
export async function cancelTask(store: Pick<Store, 'tasks' | 'inbox' | 'pods'>, id: string): Promise<boolean> {
  const task = await store.tasks.read(id);
  const cancelled = task && (await store.tasks.cancel(id, task.call.owner));
  if (cancelled === undefined) return false;
  const { pod, state, watching } = cancelled;
  const told = watching.map((watcher) => store.inbox.send(watcher, { type: 'task-changed', task: id }));
  if (pod !== undefined || state !== undefined) {
    // Any pod knows how to abort a handler that waits for answers.
    const [teller] = pod === undefined ? await store.pods.living() : [pod];
    const message = { type: 'task-cancelled', task: id, ...(state !== undefined && { state }) } as const;
    if (teller !== undefined) told.push(store.inbox.send(teller, message));
  }
  await Promise.all(told);
  return true;
}
