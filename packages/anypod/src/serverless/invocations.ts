import { type AnypodOptions, createAnypod } from '../anypod.ts';
import { AnypodError } from '../core/errors.ts';
import { type Log, silentLog } from '../core/log.ts';
import type { Store } from '../core/store/store.ts';
import type { TaskSettings } from '../core/task/task-rule.ts';
import { POD_DEFAULTS } from '../pod/context/options.ts';
import { type Answer, answerOn, type Invocation, type OpenPod } from './answer.ts';

/** Times in ms. */
export interface ServerlessOptions extends Omit<AnypodOptions, 'store' | 'probe' | 'transient' | 'taskConcurrency'> {
  /**
   * Opens what all invocations and pods share. anypod closes it when the invocation ends. Pass `createRedisStore(client)` with a client that outlives
   * the invocation if the platform allows that, or close a client of its own in `close`.
   */
  readonly openStore: () => Store | Promise<Store>;
  /** How long before the platform's limit an invocation leaves what still runs to others. Default 1000. */
  readonly marginMs?: number;
  /** How long an invocation waits for the store before it answers 503. Default 5000. */
  readonly openWithinMs?: number;
  /** How many tasks a worker runs at a time. Default 10. */
  readonly taskConcurrency?: number;
  /** Called before an invocation ends while tasks wait for a worker, so that you can start one. Default: a schedule does, or pods take them. */
  readonly onQueued?: () => unknown;
}

/** Serves requests, each with a pod that lives as long as its answer. */
export interface Invocations {
  serve(request: Request, invocation?: Invocation): Promise<Answer>;
  /**
   * Runs queued tasks, and ends what lost pods and invocations have left, until nothing is left for two leases or until `limitMs` is nearly over.
   */
  work(limitMs: number): Promise<void>;
  /** A pod for several requests. The caller closes it. */
  open(invocation?: Invocation): Promise<OpenPod>;
}

const DEFAULTS = { marginMs: 1000, openWithinMs: 5000, taskConcurrency: 10 };

/** The longest that timers can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How often a worker looks whether it still has work. */
const LOOK_MS = 200;

/** Nothing is opened before the first request: platforms forbid that, or bill for it. */
export function createInvocations(options: ServerlessOptions): Invocations {
  const { openStore, marginMs, openWithinMs, taskConcurrency, onQueued, ...own } = { ...DEFAULTS, ...options };
  const log = options.log ?? silentLog;
  let probe: Required<AnypodOptions>['probe'] = 'short';

  async function openPod(settings: Partial<AnypodOptions>): Promise<OpenPod> {
    const store = await openStore();
    const anypod = await createAnypod({ ...own, ...settings, store, probe }).catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    probe = anypod.probe;
    let closed: Promise<void> | undefined;
    const close = async () => {
      if (onQueued !== undefined) await callIfQueued(store, onQueued, log);
      await anypod.close();
      await store.close();
    };
    return {
      anypod,
      store,
      close() {
        closed ??= close().catch((err: unknown) => log.warn({ err }, 'an invocation did not leave in order'));
        return closed;
      },
    };
  }

  async function open({ limitMs }: Invocation = {}): Promise<OpenPod> {
    const taskTools = limitMs === undefined ? {} : { taskTools: handBackBefore(limitMs - 2 * marginMs, own.taskTools) };
    const opening = openPod({ ...taskTools, transient: true, taskConcurrency: 0 });
    try {
      return await within(opening, Math.min(openWithinMs, (limitMs ?? LONGEST_TIMER_MS) - marginMs));
    } catch (error) {
      log.warn({ err: error }, 'an invocation could not begin');
      opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
  }

  function serve(request: Request, invocation: Invocation = {}): Promise<Answer> {
    const { limitMs = LONGEST_TIMER_MS } = invocation;
    const opening = open(invocation);
    const leave = async () => {
      clearTimeout(timer);
      await opening.then((pod) => pod.close()).catch(() => undefined);
    };
    const timer = setTimeout(() => void leave(), Math.min(limitMs - marginMs, LONGEST_TIMER_MS));
    return answerOn(opening, request, invocation, leave);
  }

  async function work(limitMs: number): Promise<void> {
    const until = performance.now() + limitMs - marginMs;
    const { anypod, store, close } = await openPod({ taskConcurrency });
    const idleMs = 2 * (own.leaseMs ?? POD_DEFAULTS.leaseMs);
    let idleSince = performance.now();
    try {
      for (let now = idleSince; now < until && now - idleSince < idleMs; now = performance.now()) {
        if (anypod.busy > 0 || (await store.tasks.queued()) > 0) idleSince = now;
        await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, until - now)));
      }
    } finally {
      await anypod.drain();
      await close();
    }
  }

  return { serve, work, open };
}

/** Every tool hands its call back in time, and not earlier: what is handed back runs elsewhere from its beginning. */
function handBackBefore(
  limitMs: number,
  tools: AnypodOptions['taskTools'] = {},
): Readonly<Record<string, TaskSettings>> {
  const afterMs = Math.max(0, limitMs);
  return Object.fromEntries(Object.entries({ '*': {}, ...tools }).map(([name, rule]) => [name, { ...rule, afterMs }]));
}

async function callIfQueued(store: Store, onQueued: () => unknown, log: Log): Promise<void> {
  try {
    if ((await store.tasks.queued()) > 0) await onQueued();
  } catch (err) {
    log.warn({ err }, 'no worker could be started for the tasks that wait');
  }
}

async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new AnypodError('store_unavailable', 'The store does not answer. Try again.')),
    ms,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
