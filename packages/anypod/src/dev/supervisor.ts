import type { Start } from './pod-messages.ts';

/** A pod in a process of its own. */
export interface PodProcess {
  /** Serves what has begun, and ends. */
  leave(): void;
  /** Ends at once. */
  kill(): void;
}

/** What a supervisor hears of a pod. */
export interface PodEvents {
  onStart(start: Start): void;
  onEnd(): void;
}

/** What happened, for the developer. `refused`: the newest code could not be loaded. */
export type News = 'serves' | 'serves again' | 'refused, the one before serves' | 'refused' | 'ended, again' | 'ended';

export interface SupervisorOptions {
  readonly startPod: (events: PodEvents) => PodProcess;
  /** New requests go to this pod from now on. Undefined: none serves. */
  readonly turnTo: (start: Start | undefined) => void;
  readonly tell: (news: News, start?: Start) => void;
}

/** Keeps one pod serving, of the newest code that could be loaded. */
export interface Supervisor {
  /** The code has changed: starts a pod of it. One that is just starting is dropped. */
  restart(): void;
  /** Ends all pods, within `graceMs`. Resolves when no process is left. */
  stop(graceMs: number): Promise<void>;
  /** Ends all processes at once. */
  kill(): void;
}

/** A pod that ends sooner than this after its start would end again. */
const SHORT_LIFE_MS = 2000;

export function createSupervisor({ startPod, turnTo, tell }: SupervisorOptions): Supervisor {
  const alive = new Set<PodProcess>();
  let serving: PodProcess | undefined;
  let starting: PodProcess | undefined;
  let stopped: (() => void) | undefined;
  let since: number | undefined;

  function start(): void {
    starting?.kill();
    const pod = startPod({ onStart: (told) => pod === starting && takeOver(pod, told), onEnd: () => onEnd(pod) });
    alive.add(pod);
    starting = pod;
  }

  function takeOver(pod: PodProcess, told: Start): void {
    const before = serving;
    [serving, starting] = [pod, undefined];
    turnTo(told);
    before?.leave();
    tell(since === undefined ? 'serves' : 'serves again', told);
    since = Date.now();
  }

  function onEnd(pod: PodProcess): void {
    alive.delete(pod);
    if (stopped !== undefined) {
      if (alive.size === 0) stopped();
    } else if (pod === starting) {
      starting = undefined;
      tell(serving === undefined ? 'refused' : 'refused, the one before serves');
    } else if (pod === serving) onLoss();
  }

  function onLoss(): void {
    serving = undefined;
    turnTo(undefined);
    const again = starting === undefined && Date.now() - (since ?? 0) > SHORT_LIFE_MS;
    tell(again ? 'ended, again' : 'ended');
    if (again) start();
  }

  function kill(): void {
    for (const pod of alive) pod.kill();
  }

  return {
    restart() {
      if (stopped === undefined) start();
    },
    async stop(graceMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      stopped = resolve;
      for (const pod of alive) pod.leave();
      if (alive.size === 0) return;
      const late = setTimeout(kill, graceMs);
      await promise;
      clearTimeout(late);
    },
    kill,
  };
}
