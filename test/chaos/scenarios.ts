import { setTimeout as delay } from 'node:timers/promises';
import { block, freeze, kill, pauseRedis, restartRedis, terminate } from './faults.ts';
import type { LostPod } from './judge.ts';
import type { FailureKind } from './records.ts';
import { LEASE_MS, type Stage } from './stage.ts';

/** What happens while the load runs, and what it may cost the clients. */
export interface Scenario {
  readonly name: string;
  /** The requirements that it proves, in square brackets. */
  readonly proves: string;
  /** Does the harm, answers which pods were lost, and leaves the stage whole. */
  readonly fault: (stage: Stage) => Promise<readonly LostPod[]>;
  readonly failures?: readonly FailureKind[];
}

/** What nothing can save: a call that is not re-runnable, and one whose client knew no event id. */
const POD_LOST: readonly FailureKind[] = ['pod_lost', 'cut'];
const STORE_AWAY: readonly FailureKind[] = ['refused'];

/** All pods, one after the other, from `checkout` (default: this one). */
export function rollout(name: string, checkout?: string): Scenario {
  return {
    name,
    proves: '[pod.drain.nothing-fails]',
    async fault(stage) {
      for (const index of stage.pods.keys()) {
        await terminate(stage, index);
        await stage.replace(index, checkout);
      }
      return [];
    },
  };
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'TCP cuts',
    proves: '[legacy.resume.any-pod] [legacy.resume.exactly-once]',
    async fault({ proxy }) {
      for (let cuts = 0; cuts < 4; cuts += 1) {
        await proxy.cut('resumable');
        await delay(700);
      }
      return [];
    },
  },
  {
    name: 'SIGTERM of a pod',
    proves: '[pod.drain.nothing-fails]',
    async fault(stage) {
      await terminate(stage, 0);
      await stage.replace(0);
      return [];
    },
  },
  rollout('rolling restart of all pods'),
  {
    name: 'kill -9 of a pod',
    proves: '[pod.lost.honest-end] [pod.lost.rerun] [pod.lost.effects-once]',
    failures: POD_LOST,
    async fault(stage) {
      const lost = await kill(stage, 1);
      await delay(2 * LEASE_MS);
      await stage.replace(1);
      return [lost];
    },
  },
  {
    name: 'SIGSTOP for longer than a lease',
    proves: '[pod.lost.fenced] [pod.lost.effects-once]',
    // A request that waits for Redis while its pod stands still is refused when the pod wakes.
    failures: [...POD_LOST, 'refused'],
    fault: async (stage) => [await freeze(stage, 2, 3 * LEASE_MS)],
  },
  {
    name: 'an event loop blocked for two leases',
    proves: '[pod.lease.blocked-loop]',
    async fault(stage) {
      await block(stage, 0);
      return [];
    },
  },
  {
    name: 'Redis paused for longer than a lease',
    proves: '[store.outage.streams-continue] [store.outage.no-orphans]',
    failures: STORE_AWAY,
    async fault(stage) {
      await pauseRedis(stage, 2 * LEASE_MS);
      return [];
    },
  },
  {
    name: 'Redis restarted from its append-only file',
    proves: '[store.outage.streams-continue] [store.outage.no-orphans]',
    failures: STORE_AWAY,
    async fault(stage) {
      await restartRedis(stage, 1000);
      return [];
    },
  },
];
