import { fork } from 'node:child_process';
import type { Store } from '../core/store/store.ts';
import { channelTo } from './channel.ts';
import type { PodMessage, SupervisorMessage } from './pod-messages.ts';
import { offerStore } from './shared-store.ts';
import type { PodEvents, PodProcess } from './supervisor.ts';

export interface PodCommand {
  /** The program, its arguments and its environment. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the pods share. Undefined: Redis. */
  readonly store: Store | undefined;
  /** Files of the server that the pod has begun to load. */
  readonly onFiles: (files: readonly string[]) => void;
}

/** Starts a pod in a process of its own, which ends when this one does. */
export function forkPod({ program, args, env, store, onFiles }: PodCommand, events: PodEvents): PodProcess {
  const child = fork(program, args, { env: { ...env }, serialization: 'advanced' });
  const channel = channelTo(child);
  if (store !== undefined) offerStore(store, channel);
  channel.onMessage((message) => {
    const told = message as PodMessage;
    if (told.do === 'files') onFiles(told.files);
    else if (told.do === 'start') events.onStart(told.start);
  });
  child.on('exit', () => events.onEnd());
  return {
    leave: () => channel.send({ do: 'leave' } satisfies SupervisorMessage),
    kill: () => void child.kill('SIGKILL'),
  };
}
