import type { Deadlines } from './core/deadlines.ts';
import { describeThrown } from './core/describe-thrown.ts';
import { AnypodError } from './core/errors.ts';
import type { TakeLease } from './core/lease.ts';
import { type Log, silentLog } from './core/log.ts';
import type { Meter } from './core/meter.ts';
import type { Store } from './core/store.ts';
import { createEndpoint } from './http/endpoint.ts';
import { createFetchHandler, type FetchHandler } from './http/fetch-handler.ts';
import { createHeartbeats } from './http/heartbeats.ts';
import { createNodeHandler, type NodeHandler } from './http/node-handler.ts';
import { createOldConnections } from './http/old-connections.ts';
import { createRouter, type Router } from './http/router.ts';
import { createLegacyHost } from './mcp/legacy/legacy-host.ts';
import { createChangeBus } from './mcp/modern/change-bus.ts';
import { refuseModern } from './mcp/modern/modern-handler.ts';
import { createCallWaiters } from './mcp/retry/call-waiters.ts';
import { createServerBuilder } from './mcp/sdk/build-server.ts';
import { loadSdk, prepareSdk } from './mcp/sdk/load-sdk.ts';
import { type Probe, probeFactory } from './mcp/sdk/probe.ts';
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
import { createSigner, randomId } from './signing/signer.ts';
import { createOtelMeter } from './telemetry/otel-meter.ts';
import { wireModern } from './wire-modern.ts';

/** Times in ms, sizes in bytes. */
export interface AnypodOptions extends PodOptions {
  /** Builds your server; called once per session and pod, and once per modern request. Each call must make a new one. */
  readonly createServer: ServerFactory;
  /** How long `createServer` may take, and a new server to answer at the start. Default 10000. */
  readonly factoryTimeoutMs?: number;
  /** What the pods share. Default: a memory store, with which this process is the only pod. */
  readonly store?: Store;
  /** Sign ids and request state; each of 32 bytes or more. The first signs, all verify. Required with `store`; without one, random by default. */
  readonly secrets?: readonly string[];
  /** The copy of `@modelcontextprotocol/server` that `createServer` builds with. Default: the one that anypod resolves; without any, only sessions are served. */
  readonly sdk?: ServerSdk;
  /** Host names that requests may be for; default: any. Set it where browsers on the same machine could reach the server. */
  readonly allowedHosts?: readonly string[];
  /** Host names whose pages may call; default: the one that the request is for. */
  readonly allowedOrigins?: readonly string[];
  /** Largest request body. Default 4 MiB. */
  readonly maxBodyBytes?: number;
  /** How deep objects and arrays may be nested in a request body. Default 100. */
  readonly maxDepth?: number;
  /** What may wait for a slow reader of a stream. Default 1 MiB. */
  readonly maxBufferedBytes?: number;
  /** How often idle streams carry a comment. Default 15000. */
  readonly heartbeatMs?: number;
  /** Open `subscriptions/listen` streams in this process. Default 1024. */
  readonly maxSubscriptions?: number;
  /** How long a client may take to answer an `input_required` result. Default 600000. */
  readonly requestStateTtlMs?: number;
  /**
   * Names of tools whose calls of the 2026 revision run once, however often a client repeats them, as if they had `_meta["anypod/retry"]`.
   * Default: none.
   */
  readonly retryTools?: readonly string[];
  /**
   * Whether a server may serve further requests of the 2026 revision: those of one `principal` with the same scopes, or `all`. Default: each
   * request gets its own. Say it only where the factory keeps nothing of a caller; it is then told of no request, and of no token.
   */
  readonly reuse?: Reuse;
  /** Holds the pod's lease; default: from this thread. */
  readonly takeLease?: TakeLease;
  readonly log?: Log;
  /** Carries which call runs now; give one made by `createRunningCalls` to ask it in your own handlers of faults. */
  readonly calls?: RunningCalls;
  /** What happens, to be counted. Default: the metrics of the OpenTelemetry SDK that the process has registered by now, if any. */
  readonly meter?: Meter;
}

const DEFAULTS = {
  maxAgeMs: POD_DEFAULTS.maxAgeMs,
  listenMaxAgeMs: POD_DEFAULTS.listenMaxAgeMs,
  callTimeoutMs: POD_DEFAULTS.callTimeoutMs,
  factoryTimeoutMs: 10_000,
  maxBodyBytes: 4 * 1024 * 1024,
  maxDepth: 100,
  maxBufferedBytes: 1024 * 1024,
  heartbeatMs: 15_000,
  maxSubscriptions: 1024,
  requestStateTtlMs: 600_000,
  retryTools: [] as readonly string[],
};

/** One pod, to be mounted wherever HTTP is served. */
export interface Anypod {
  /** For web-standard servers. */
  readonly fetch: FetchHandler;
  /** For `node:http`. */
  readonly handler: NodeHandler;
  /** For Express: `app.use(anypod.router())`. Default path: `/mcp`. */
  router(path?: string): Router;
  readonly notify: Notify;
  /** What was learnt of the factory. */
  readonly probe: Probe;
  /** Resolves while the store answers. */
  ready(): Promise<void>;
  /** Gets ready to go: streams that merely wait end and come back on other pods, what runs goes on. */
  drain(): Promise<void>;
  /** Sessions and stateless calls with something running in this process, and requests that arrive. 0: `close` costs no call. */
  readonly busy: number;
  /** Lets go of everything in this process; sessions stay in the store. A store that was handed in stays open. */
  close(): Promise<void>;
}

/**
 * Makes your server serve every client from any pod. Rejects with `AnypodError`: `factory_failed` where the factory cannot build a server,
 * `invalid_secret`, or `store_unavailable`.
 */
export async function createAnypod(options: AnypodOptions): Promise<Anypod> {
  const settings = { ...DEFAULTS, ...options };
  const log = options.log ?? silentLog;
  const signer = createSigner(secretsOf(options));
  const store = options.store ?? createMemoryStore();
  const sdk = prepareSdk(options.sdk ?? (await loadSdk()));
  const { build, probe } = await lookAtFactory(settings, sdk);
  const calls = options.calls ?? createRunningCalls();

  const meter = options.meter ?? createOtelMeter();
  const closeMeter = options.meter === undefined ? meter.close : () => undefined;
  const podId = randomId().slice(0, 11);
  let questions = 0;
  const newQuestionId = () => `${podId}-${++questions}`;
  const bus = createChangeBus((change) => {
    pod.notify(change).catch((err: unknown) => log.warn({ err }, 'a change could not be published'));
  }, log);
  const waiters = createCallWaiters();
  const ageLimit = createAgeLimit(settings.maxAgeMs, log);
  const listenAgeLimit = createAgeLimit(settings.listenMaxAgeMs, log);
  const callDeadlines = createCallDeadlines(settings.callTimeoutMs, log);
  const host = createLegacyHost({ build, newQuestionId, bytes: probe.bytes, calls, log });
  const pod: Pod = new Pod(
    {
      pod: podId,
      store,
      host,
      signer,
      random: randomId,
      log,
      meter,
      ageLimit,
      callDeadlines,
      onChange: (change) => bus.deliver(change),
      onCallEnded: (call) => waiters.wake(call),
      ...(options.takeLease === undefined ? {} : { takeLease: options.takeLease }),
    },
    options,
  );
  await startOrClose(pod, closeMeter);

  const parts = { pod, podId, bus, waiters, store, signer, log, meter, listenAgeLimit, callDeadlines, build, calls };
  const modern = probe.modern && sdk !== undefined ? wireModern({ ...parts, sdk }, settings) : refuseModern;
  const endpoint = createEndpoint({ ...settings, pod, modern, log, meter });
  const heartbeats = createHeartbeats(settings.heartbeatMs, log);
  const handler = createNodeHandler({ ...settings, endpoint, heartbeats, isOld: createOldConnections(ageLimit) });

  return {
    fetch: createFetchHandler({ ...settings, endpoint, heartbeats }),
    handler,
    router: (path = '/mcp') => createRouter(handler, path),
    notify: createNotify((change) => pod.notify(change)),
    probe,
    ready: () => store.ping(),
    async drain() {
      meter.phase('draining');
      pod.drain();
      await modern.drain();
    },
    get busy() {
      return pod.busy + modern.busy;
    },
    async close() {
      meter.phase('closing');
      await modern.close();
      await pod.close();
      for (const watching of [heartbeats, ageLimit, listenAgeLimit]) watching.stop();
      if (options.store === undefined) await store.close();
      closeMeter();
    },
  };
}

/** Nothing is kept of a call where it may take as long as it likes. */
function createCallDeadlines(afterMs: number, log: Log): Deadlines | undefined {
  return afterMs === 0 ? undefined : createDeadlines(afterMs, monotonicNow, log);
}

async function lookAtFactory(settings: AnypodOptions & { readonly factoryTimeoutMs: number }, sdk?: ServerSdk) {
  const build = createServerBuilder(settings.createServer, settings.factoryTimeoutMs);
  return { build, probe: await probeFactory(build, sdk, settings.factoryTimeoutMs).catch(explain) };
}

/** Whoever starts a pod may read what the factory threw; clients may not. */
function explain(failure: unknown): never {
  if (failure instanceof AnypodError && !('cause' in failure)) throw failure;
  // Also undefined can be thrown.
  const cause = failure instanceof AnypodError ? failure.cause : failure;
  throw new AnypodError('factory_failed', `The server factory failed: ${describeThrown(cause)}`, { cause });
}

/** A pod that cannot start leaves nothing behind. */
async function startOrClose(pod: Pod, closeMeter: () => void): Promise<void> {
  try {
    await pod.start();
  } catch (error) {
    await pod.close();
    closeMeter();
    throw error;
  }
}

/** Pods that share a store must know each other's ids, so a secret of one's own will not do. */
function secretsOf({ store, secrets }: AnypodOptions): readonly string[] {
  if (secrets !== undefined) return secrets;
  if (store === undefined) return [randomId() + randomId()];
  throw new AnypodError(
    'invalid_secret',
    'Give secrets, the same on all pods: they share a store, and must know its ids.',
  );
}
