import { extname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AnypodError } from '../core/errors.ts';
import type { Lease, TakeLease } from '../core/lease.ts';
import type { Log } from '../core/log.ts';
import type { Config } from './config.ts';
import type { GameDay } from './game-day.ts';
import { sealerOf } from './payload-settings.ts';
import type { RedisSettings } from './redis-connection.ts';

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

interface Said {
  readonly kind: 'renewed' | 'failed';
  readonly reason: string;
}

/** Holds the lease in a worker thread with its own Redis connection. */
export function createWorkerLease(config: Config, log: Log, gameDay?: Pick<GameDay, 'onLease'>): TakeLease {
  return async (pod, leaseMs) => {
    const state = new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT);
    const shared = new Float64Array(state);
    if (gameDay !== undefined) {
      gameDay.onLease = (until) => {
        shared[3] = until;
      };
    }
    const work: LeaseWork = { config, payloadKeys: sealerOf(config).keys, pod, leaseMs, state };
    let stopped = false;
    let begun = false;
    let worker = start();

    function start(): Worker {
      // The thread runs the same form of the code as this thread: the source in a checkout, otherwise the build.
      const started = new Worker(new URL(`./lease-worker${extname(import.meta.url)}`, import.meta.url), {
        workerData: work,
      });
      started.unref();
      started.on('error', (err) => log.warn({ err }, 'the lease thread failed; starting a new one'));
      started.on('message', ({ kind, reason }: Said) => {
        if (kind === 'failed' && begun)
          log.warn({ reason }, 'the lease could not be renewed; check whether Redis is reachable');
      });
      started.on('exit', () => void startAgain());
      return started;
    }

    /** Starts a new thread after a delay, so that a thread that always fails at once does not use the whole processor. */
    async function startAgain(): Promise<void> {
      if (!stopped) await delay(leaseMs / 10, undefined, { ref: false });
      if (!stopped) worker = start();
    }

    await firstReport(worker);
    begun = true;
    const lease: Lease = {
      state: () => ({ until: shared[0] ?? 0, since: shared[1] ?? 0, judgesFrom: shared[2] ?? 0 }),
      async stop() {
        stopped = true;
        await worker.terminate();
      },
    };
    return lease;

    function firstReport(of: Worker): Promise<void> {
      return new Promise((resolve, reject) => {
        of.once('message', ({ kind, reason }: Said) => {
          if (kind === 'renewed') return resolve();
          stopped = true;
          void of.terminate();
          reject(new AnypodError('store_unavailable', reason));
        });
      });
    }
  };
}
