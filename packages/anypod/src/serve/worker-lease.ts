import { extname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Log } from '../core/log.ts';
import { type Lease, renewedAt, type TakeLease } from '../core/store/lease.ts';
import type { PodRegistry } from '../core/store/pod-registry.ts';
import { monotonicNow } from '../pod/lifecycle/lease.ts';
import type { GameDay } from './operators/game-day.ts';
import type { Config } from './settings/config.ts';
import { sealerOf } from './settings/payload-settings.ts';
import type { RedisSettings } from './store/redis-connection.ts';

/** The data that the worker gets. */
export interface LeaseWork {
  readonly config: RedisSettings & Pick<Config, 'prefix'>;
  /** The names of the keys of `ANYPOD_PAYLOAD_KEYS`, which other pods must see with the lease. */
  readonly payloadKeys: readonly string[];
  readonly pod: string;
  readonly leaseMs: number;
  /** Four float64: `until`, `since` and `judgesFrom` of the lease, and until when it must not be renewed (see `GameDay`). */
  readonly state: SharedArrayBuffer;
}

/** What the worker says if a renewal failed. */
export interface LeaseFailure {
  readonly reason: string;
}

/** The worker holds one connection and a few scripts. With a small young generation its memory stays small, too. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 1 };

type Pods = Pick<PodRegistry, 'renew'>;

/**
 * Takes the lease in `pods`, from this thread, and renews it in a worker thread with its own Redis connection. A worker needs a tenth of a second of CPU
 * until it can renew. The pod need not wait for it, because the lease that it has is longer.
 */
export function createWorkerLease(config: Config, pods: Pods, log: Log, gameDay?: Pick<GameDay, 'onLease'>): TakeLease {
  return async (pod, leaseMs) => {
    const state = new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT);
    const shared = new Float64Array(state);
    if (gameDay !== undefined) {
      gameDay.onLease = (until) => {
        shared[3] = until;
      };
    }
    const work: LeaseWork = { config, payloadKeys: sealerOf(config).keys, pod, leaseMs, state };
    const asked = monotonicNow();
    await pods.renew(pod, leaseMs);
    const taken = renewedAt(asked, leaseMs, undefined);
    shared.set([taken.until, taken.since, taken.judgesFrom]);
    let stopped = false;
    let worker = start();

    function start(): Worker {
      // The thread runs the same form of the code as this thread: the source in a checkout, otherwise the build.
      const started = new Worker(new URL(`./lease-worker${extname(import.meta.url)}`, import.meta.url), {
        workerData: work,
        resourceLimits: WORKER_LIMITS,
      });
      started.unref();
      started.on('error', (err) => log.warn({ err }, 'the lease thread failed; starting a new one'));
      started.on('message', ({ reason }: LeaseFailure) =>
        log.warn({ reason }, 'the lease could not be renewed; check whether Redis is reachable'),
      );
      started.on('exit', () => void startAgain());
      return started;
    }

    /** Starts a new thread after a delay, so that a thread that always fails at once does not use the whole processor. */
    async function startAgain(): Promise<void> {
      if (!stopped) await delay(leaseMs / 10, undefined, { ref: false });
      if (!stopped) worker = start();
    }

    const lease: Lease = {
      state: () => ({ until: shared[0] ?? 0, since: shared[1] ?? 0, judgesFrom: shared[2] ?? 0 }),
      async stop() {
        stopped = true;
        await worker.terminate();
      },
    };
    return lease;
  };
}
