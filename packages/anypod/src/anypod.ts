import type { AuthOptions } from './auth/options.ts';
import { AnypodError } from './core/errors.ts';
import { type Log, silentLog } from './core/log.ts';
import type { Meter } from './core/meter.ts';
import type { Change } from './core/store/change-log.ts';
import type { TakeLease } from './core/store/lease.ts';
import type { Store } from './core/store/store.ts';
import type { TaskSettings } from './core/task/task-rule.ts';
import type { FetchHandler } from './http/fetch-handler.ts';
import { LIMIT_DEFAULTS, type LimitOptions } from './http/limits/limit-options.ts';
import type { NodeHandler } from './http/node-handler.ts';
import type { Router } from './http/router.ts';
import { createLegacyHost } from './mcp/legacy/legacy-host.ts';
import { createQuestionNames } from './mcp/legacy/question-ids.ts';
import { createChangeBus } from './mcp/modern/change-bus.ts';
import { refuseModern } from './mcp/modern/modern-handler.ts';
import { createCallWaiters } from './mcp/retry/call-waiters.ts';
import type { BuildServer } from './mcp/sdk/build-server.ts';
import { loadSdk, prepareSdk } from './mcp/sdk/load-sdk.ts';
import type { Probe, ProbeLength } from './mcp/sdk/probe.ts';
import { createRunningCalls, type RunningCalls } from './mcp/sdk/running-calls.ts';
import type { ServerSdk } from './mcp/sdk/sdk.ts';
import type { Reuse, ServerFactory } from './mcp/sdk/user-server.ts';
import { createMemoryStore } from './memory/index.ts';
import { createNotify, type Notify } from './notify.ts';
import { createDeadlines } from './pod/context/deadlines.ts';
import { POD_DEFAULTS, type PodOptions } from './pod/context/options.ts';
import { createAgeLimit } from './pod/lifecycle/age-limit.ts';
import { monotonicNow } from './pod/lifecycle/lease.ts';
import { Pod } from './pod/pod.ts';
import { createRandomId, createSigner, randomId, shortHash } from './signing/signer.ts';
import type { TaskRoom } from './tasks/task-room.ts';
import { createOtelMeter } from './telemetry/otel-meter.ts';
import { createOtelTraces } from './telemetry/otel-traces.ts';
import { traceStore } from './telemetry/traced-store.ts';
import { watchQuestions } from './telemetry/watch-questions.ts';
import { lookAtFactory } from './wire-factory.ts';
import { wireHttp } from './wire-http.ts';
import { type ModernParts, wireModern } from './wire-modern.ts';
import { wireState } from './wire-state.ts';
import { createTasksOfServers, TASK_DEFAULTS, wireTasks } from './wire-tasks.ts';

/** Times in ms, sizes in bytes. */
export interface AnypodOptions extends PodOptions, LimitOptions {
  /** Builds your server. anypod calls it once per session and pod, and once per modern request. Each call must create a new server. */
  readonly createServer: ServerFactory;
  /** How long `createServer` may take. At the start, also how long a new server may take to answer. Default 10000. */
  readonly factoryTimeoutMs?: number;
  /**
   * What an earlier `createAnypod` of this process learnt about the same factory, so that it is not asked again. `short`: build two servers to learn it, not
   * nine; for a process that lives for one request. Default `full`.
   */
  readonly probe?: Probe | ProbeLength;
  /** What the pods share. Default: a memory store, with which this process is the only pod. */
  readonly store?: Store;
  /**
   * The secrets that sign ids and request state, each of 32 bytes or more. The first signs; all verify. Required with `store`. Without
   * a store, the default is random.
   */
  readonly secrets?: readonly string[];
  /**
   * The copy of `@modelcontextprotocol/server` that `createServer` uses. Default: the one that anypod resolves. anypod speaks 2026-07-28 for servers of
   * another copy or of SDK v1. Without any copy, anypod serves only sessions.
   */
  readonly sdk?: ServerSdk;
  /** Host names that the `Host` header may name. Default: any. Set it if browsers on the same machine can reach the server. */
  readonly allowedHosts?: readonly string[];
  /**
   * Host names whose pages may call the server, or whole origins such as `https://app.example.com`, or `*`. Default: the name in the request's `Host` header. With
   * it, these pages may also read the answers (CORS).
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * Whether clients of HTTP+SSE (2024-11-05) are served too, beside the endpoint: with `/mcp`, at `/sse` and `/messages`. Default: false.
   */
  readonly legacySse?: boolean;
  /** Addresses and networks of proxies, such as `10.0.0.0/8`. Their `X-Forwarded-*` are believed. Default: none. */
  readonly trustedProxies?: readonly string[];
  /**
   * The page that explains errors, such as a copy of `docs/errors.md` on your site. Each error of anypod then has `data.help`, the address of its section.
   * Default: errors have no link, because clients and models pay for each byte.
   */
  readonly errorsUrl?: string;
  /** Makes the server a protected resource: who may call, and what. Default: everybody may call everything. */
  readonly auth?: AuthOptions;
  /** The path of the endpoint, for the metadata of the protected resource. Default `/mcp`. */
  readonly path?: string;
  /** Largest request body. Default 4 MiB. */
  readonly maxBodyBytes?: number;
  /** How deep objects and arrays may be nested in a request body. Default 100. */
  readonly maxDepth?: number;
  /** How many bytes may wait for a slow reader of a stream. Default 1 MiB. */
  readonly maxBufferedBytes?: number;
  /** How often anypod writes a comment to an idle stream. Default 15000. */
  readonly heartbeatMs?: number;
  /** How long a client may take to answer an `input_required` result. Default 600000. */
  readonly requestStateTtlMs?: number;
  /**
   * How many calls of the 2026 revision may wait in this process for answers of their clients, because their handlers have asked and wait. Default
   * 1000.
   */
  readonly parkedCalls?: number;
  /** How long such a call may wait. Default 600000. */
  readonly parkedTtlMs?: number;
  /**
   * Names of tools whose calls run once in the 2026 revision, however often a client repeats them, as if they had
   * `_meta["anypod/retry"]`. Default: none.
   */
  readonly retryTools?: readonly string[];
  /** What the operator says about the tasks of tools, by name; `*` is for all others. It goes before `_meta["anypod/task"]`. Default: nothing. */
  readonly taskTools?: Readonly<Record<string, TaskSettings>>;
  /** How many queued tasks this process runs at a time. 0: it leaves the queue to others. Default 10. */
  readonly taskConcurrency?: number;
  /** Largest result of a task. Default 1 MiB. */
  readonly taskResultBytes?: number;
  /** How many unfinished tasks a principal may have, or a session without one, or all other anonymous callers together. Default 1000. */
  readonly taskLimit?: number;
  /**
   * Whether a server may serve more than one request of the 2026 revision: requests of one `principal` with the same scopes, or `all`. Default: each
   * request gets a new server. Set it only if the factory keeps no data of a caller. With it, the factory does not learn the request or its token.
   */
  readonly reuse?: Reuse;
  /** How long the handles of servers last that nobody opens. A server may ask for less. Default 24 h. */
  readonly handleTtlMs?: number;
  /** Takes and holds the pod's lease. Default: in this thread, so a handler that blocks it for longer than a lease makes other pods count this one as dead. */
  readonly takeLease?: TakeLease;
  /** Called before each request is served, for example to rehearse failures. If it rejects with an `AnypodError`, the request is refused with it. */
  readonly beforeRequest?: () => Promise<void>;
  readonly log?: Log;
  /** Knows which call runs now. Pass one from `createRunningCalls` to use it in your own handlers of faults. */
  readonly calls?: RunningCalls;
  /** Counts what happens. Default: the metrics of the OpenTelemetry SDK that the process has registered by now, if any. */
  readonly meter?: Meter;
}

const DEFAULTS = {
  ...LIMIT_DEFAULTS,
  maxAgeMs: POD_DEFAULTS.maxAgeMs,
  listenMaxAgeMs: POD_DEFAULTS.listenMaxAgeMs,
  callTimeoutMs: POD_DEFAULTS.callTimeoutMs,
  factoryTimeoutMs: 10_000,
  legacySse: false,
  maxBodyBytes: 4 * 1024 * 1024,
  maxDepth: 100,
  maxBufferedBytes: 1024 * 1024,
  heartbeatMs: 15_000,
  requestStateTtlMs: 600_000,
  retryMs: POD_DEFAULTS.retryMs,
  path: '/mcp',
  parkedCalls: 1000,
  parkedTtlMs: 600_000,
  retryTools: [] as readonly string[],
  stateByteLimit: POD_DEFAULTS.stateByteLimit,
  handleTtlMs: 24 * 60 * 60 * 1000,
  ...TASK_DEFAULTS,
};

/** One pod. Mount it in any HTTP server. */
export interface Anypod {
  /** For web-standard servers. */
  readonly fetch: FetchHandler;
  /** For `node:http`. */
  readonly handler: NodeHandler;
  /** For Express: `app.use(anypod.router())`. Default path: that of the options, or `/mcp`. */
  router(path?: string): Router;
  readonly notify: Notify;
  /** What anypod learnt about the factory at the start. */
  readonly probe: Probe;
  /** Resolves if the store answers, else rejects. */
  ready(): Promise<void>;
  /** Prepares the pod to stop. Streams that only wait end, and their clients resume them on other pods. Running calls go on. */
  drain(): Promise<void>;
  /** Counts sessions with running requests, stateless calls, and requests that are still arriving. At 0, `close` interrupts no call. */
  readonly busy: number;
  /** Releases everything in this process. Sessions stay in the store. A store that you passed in stays open. */
  close(): Promise<void>;
}

/**
 * Makes your server serve every client from any pod. Rejects with `AnypodError`: `factory_failed` if the factory cannot build a server,
 * `invalid_secret`, or `store_unavailable`.
 */
export async function createAnypod(options: AnypodOptions): Promise<Anypod> {
  const settings = { ...DEFAULTS, ...options };
  const { log = silentLog, calls = createRunningCalls() } = options;
  const signer = createSigner(secretsOf(options));
  const traces = createOtelTraces(shortHash);
  const store = traceStore(options.store ?? createMemoryStore(), traces);
  const sdk = prepareSdk(options.sdk ?? (await loadSdk()));
  const podId = randomId().slice(0, 11);
  const meter = options.meter ?? createOtelMeter();
  const closeMeter = options.meter === undefined ? meter.close : () => undefined;
  const state = wireState(store, podId, meter, settings);
  const ofServers = createTasksOfServers(state.authInfoOf);
  const withContext = (inner: BuildServer) => state.withState(ofServers.withTasks(inner));
  const { build, probe } = await lookAtFactory(settings, withContext, sdk, meter).catch((error: unknown) => {
    closeMeter();
    throw error;
  });
  const { createGate } = options.auth ? await import('./auth/gate.ts') : {};
  const gate = options.auth && createGate?.(options.auth, { ...settings, ...store, signer, random: randomId, log });
  const filterOf = gate?.filterOf;
  const shared = { podId, store, log, meter, traces, calls };
  const bus = createChangeBus((change) => publish(pod, change, log), log);
  const waiters = createCallWaiters();
  const mail: ModernParts['mail'] = { deliver: () => undefined };
  const limits = createTimeLimits(settings, log);
  const tasks = wireTasks({ ...shared, signer, stand: (session, data) => pod.stand(session, data) }, settings);
  ofServers.use(tasks);
  const hosting = { ...shared, build, newQuestionId: createQuestionNames(podId, traces), bytes: probe.bytes };
  const host = watchQuestions(createLegacyHost(hosting), meter, traces);
  const pod: Pod = new Pod(
    {
      ...{ ...shared, ...state, ...limits, tasks, pod: podId, signer, hash: shortHash, filterOf },
      host: tasks.inSessions(host, (id, caller) => pod.hold(id, caller)),
      ...{ random: createRandomId(), verifiesCallers: gate !== undefined },
      onChange: (change) => bus.deliver(change),
      onCallEnded: (call) => waiters.wake(call),
      onParked: (message) => mail.deliver(message),
      ...(options.takeLease === undefined ? {} : { takeLease: options.takeLease }),
    },
    options,
  );
  const wired = { ...shared, ...state, ...limits, tasks, pod, bus, waiters, mail, signer, build, filterOf };
  const modern = sdk === undefined ? refuseModern : wireModern({ ...wired, sdk, guests: probe.guests }, settings);
  await startOrClose(pod, tasks, closeMeter);
  const handlers = wireHttp({ ...shared, ...limits, signer, pod, modern, gate, quotas: store.quotas }, settings);

  return {
    fetch: handlers.fetch,
    handler: handlers.handler,
    router: handlers.router,
    notify: createNotify((change) => pod.notify(change)),
    probe,
    ready: () => store.ping(),
    async drain() {
      meter.phase('draining');
      await Promise.all([pod.drain(), tasks.drain(), modern.drain()]);
    },
    get busy() {
      return pod.busy + modern.busy;
    },
    async close() {
      meter.phase('closing');
      pod.depart();
      for (const part of [tasks, modern, pod]) await part.close();
      for (const watching of [handlers, limits.ageLimit, limits.listenAgeLimit]) watching.stop();
      if (options.store === undefined) await store.close();
      closeMeter();
    },
  };
}

function publish(pod: Pod, change: Change, log: Log): void {
  pod.notify(change).catch((err: unknown) => log.warn({ err }, 'a change could not be published'));
}

interface TimeLimits {
  readonly maxAgeMs: number;
  readonly listenMaxAgeMs: number;
  readonly callTimeoutMs: number;
}

function createTimeLimits({ maxAgeMs, listenMaxAgeMs, callTimeoutMs }: TimeLimits, log: Log) {
  // With no time limit, calls need no deadlines.
  const callDeadlines = callTimeoutMs === 0 ? undefined : createDeadlines(callTimeoutMs, monotonicNow, log);
  return {
    ageLimit: createAgeLimit(maxAgeMs, log),
    listenAgeLimit: createAgeLimit(listenMaxAgeMs, log),
    callDeadlines,
  };
}

/** Starts the pod. If that fails, closes it, so that nothing is left behind. */
async function startOrClose(pod: Pod, tasks: TaskRoom, closeMeter: () => void): Promise<void> {
  try {
    await pod.start();
    await tasks.start();
  } catch (error) {
    await pod.close();
    closeMeter();
    throw error;
  }
}

/** Pods that share a store must accept each other's ids, so each of them having its own random secret would not work. */
function secretsOf({ store, secrets }: AnypodOptions): readonly string[] {
  if (secrets !== undefined) return secrets;
  if (store === undefined) return [randomId() + randomId()];
  throw new AnypodError(
    'invalid_secret',
    "Pass secrets, the same on all pods: pods that share a store must accept each other's ids.",
  );
}
