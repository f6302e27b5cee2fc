import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { Logger } from 'pino';
import { type Anypod, createAnypod } from '../anypod.ts';
import type { AuthOptions } from '../auth/options.ts';
import { AnypodError, type AnypodErrorCode } from '../core/errors.ts';
import { METADATA_PATH } from '../core/gate.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import { createSparseLog } from '../core/sparse-log.ts';
import type { Store } from '../core/store/store.ts';
import { linkErrors } from '../http/reply/error-links.ts';
import { createIsEndpoint, createIsSseEndpoint } from '../http/request/endpoint-path.ts';
import { randomId } from '../signing/signer.ts';
import { factoryAdvice, type Start } from './banner.ts';
import { cacheBudget } from './cache-budget.ts';
import { createHealthListener, type Health } from './health.ts';
import { listen } from './listen.ts';
import { loadModule } from './load-module.ts';
import { watchLoop } from './loop-watch.ts';
import { lacksHost, refuseWithoutHost } from './malformed-requests.ts';
import { openOperatorPorts } from './operators/operator-ports.ts';
import type { PodWatch } from './pod-watch.ts';
import { authOptionsOf } from './settings/auth-settings.ts';
import { type Config, ConfigError, hostNamesOf } from './settings/config.ts';
import { openStore } from './store/open-store.ts';
import { createWorkerLease } from './worker-lease.ts';

const STORE_RETRY_MS = 500;
const LONGEST_STORE_RETRY_MS = 4000;
/** What a start waits for, instead of failing. */
const WAITS_FOR: ReadonlySet<AnypodErrorCode> = new Set(['store_unavailable', 'store_refused']);
const DRAIN_CHECK_MS = 50;
/** How long a request waits until the pod has started. */
const START_HOLD_MS = 10_000;

/** A serving pod. */
export interface Serving {
  /** The MCP endpoint's URL. */
  readonly url: string;
  /**
   * Stops without losing a call. First the pod is no longer ready, but serves as usual until the balancer has noticed (`delayMs`). Then streams that
   * only wait end, so that clients resume them on other pods, and running calls may finish. When the time is up, other pods take over the calls that
   * still run. The store closes last.
   */
  stop(options?: { readonly delayMs?: number }): Promise<void>;
}

export interface ServeOptions {
  readonly log: Logger;
  /** Tells the operator what the pod serves, once it does. */
  readonly announce: (start: Start) => void;
  /** Aborts the start of the pod. */
  readonly signal: AbortSignal;
  readonly watch: PodWatch;
  /** A supervisor runs the pod. */
  readonly within?: Within;
}

/** Where a supervised pod is. */
export interface Within {
  /** Instead of the address of the settings, which is the supervisor's. */
  readonly listenAt: { readonly host: string; readonly port: number };
  /** What it shares with the pods before and after it, where the settings name no Redis. */
  readonly store: Store;
}

/** Runs one pod with `config`. Throws `ConfigError` for a fault that the operator must correct. */
export async function serve(config: Config, { log, announce, signal, watch, within }: ServeOptions): Promise<Serving> {
  const { createServer, sdk, reuse } = await loadModule(config.module);
  signal.throwIfAborted();
  const health: Health = { started: false, draining: false };
  const { meter, calls } = watch;
  let anypod: Anypod | undefined;
  const started = Promise.withResolvers<Anypod>();
  const listener = await listen(
    dispatch(config, () => anypod ?? started.promise, health, meter),
    { ...config, ...within?.listenAt },
    log,
    meter,
  );
  const sparse = createSparseLog(log);
  const { store, inspection, check, close: closeStore } = await openStore(config, sparse, within?.store);
  const { gameDay, close: closePorts } = await openOperatorPorts(config, { store, inspection }, log);
  const allowedHosts = hostNamesOf(config);
  try {
    anypod = await retryUntilStoreUp(signal, sparse, async () => {
      await check();
      return createAnypod({
        // Settings have the same names as the library's options.
        ...withAuth(config),
        secrets: config.secrets ?? [randomId() + randomId()],
        cacheBytes: config.cacheBytes ?? cacheBudget(getHeapStatistics().heap_size_limit),
        keptBytes: config.streamByteLimit,
        createServer,
        store: gameDay?.around(store) ?? store,
        log,
        meter,
        calls,
        ...(config.redis === undefined ? {} : { takeLease: createWorkerLease(config, store.pods, sparse, gameDay) }),
        ...(gameDay === undefined ? {} : { beforeRequest: () => gameDay.before() }),
        ...(sdk === undefined ? {} : { sdk }),
        ...(reuse === undefined ? {} : { reuse }),
        ...(allowedHosts === undefined ? {} : { allowedHosts }),
      });
    });
  } catch (error) {
    listener.destroy();
    closePorts();
    await Promise.all([listener.close(), closeStore()]);
    throw asConfigError(error);
  }
  started.resolve(anypod);
  health.started = true;
  const url = listener.origin + config.path;
  announce({ url, probe: anypod.probe, shared: config.redis !== undefined });
  advise(anypod.probe, log);
  if (within !== undefined) tellOfNewCode(anypod.notify, log);

  const serving = anypod;
  const stopWatching = watchLoop(log, watch);
  return {
    url,
    async stop({ delayMs = config.drainDelayMs } = {}) {
      health.draining = true;
      meter.phase('announced');
      await delay(delayMs);
      // A balancer without probes sends new calls until the pod refuses connections.
      const closed = listener.close();
      closePorts();
      await serving.drain();
      await settled(serving, config.drainTimeoutMs);
      await serving.close();
      listener.destroy();
      await closed;
      await closeStore();
      stopWatching();
    },
  };
}

/** The settings with the options of the gate in place of its settings. */
function withAuth(config: Config): Omit<Config, 'auth'> & { readonly auth?: AuthOptions } {
  const { auth: _, ...settings } = config;
  const auth = authOptionsOf(config);
  return auth === undefined ? settings : { ...settings, auth };
}

/** The code may offer other things than the code of the pod before, which clients have listed. */
function tellOfNewCode(notify: Anypod['notify'], log: Logger): void {
  Promise.all([notify.toolsChanged(), notify.promptsChanged(), notify.resourcesChanged()]).catch((err: unknown) =>
    log.warn({ err }, 'clients could not be told of the new code'),
  );
}

/** Says what the operator could do better, or should know. */
function advise(probe: Anypod['probe'], log: Logger): void {
  const advice = factoryAdvice(probe);
  if (advice !== undefined) log.warn(advice);
  if (probe.ownTasks) {
    log.info(
      'The server has tasks of its own, which stay on one pod. Without its task store, anypod serves tasks on all pods.',
    );
  }
  if (probe.tools === undefined) {
    log.warn(
      'the server did not list its tools in time; the pod serves, and learns the tools when a client asks for them',
    );
  }
}

/** Turns an error that the operator must correct into a `ConfigError`, which is printed without a stack. */
export function asConfigError(error: unknown): unknown {
  if (!(error instanceof AnypodError)) return error;
  if (error.code === 'factory_failed') return new ConfigError([`<module>: ${error.message}`]);
  const isCommon = error.code === 'no_common_version' || error.code === 'no_common_payload_key';
  return isCommon ? new ConfigError([error.message]) : error;
}

/** Repeats `attempt` while the store is away or refuses the pod, because a pod may start before its Redis, or before its Redis knows it. */
async function retryUntilStoreUp(signal: AbortSignal, log: Log, attempt: () => Promise<Anypod>): Promise<Anypod> {
  for (let waitMs = STORE_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_STORE_RETRY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AnypodError && WAITS_FOR.has(error.code))) throw error;
      log.warn({ reason: error.message }, 'waiting for the store');
      await delay(waitMs, undefined, { signal });
    }
  }
}

/** Resolves when no call runs any more, or the time is up. */
async function settled(anypod: Anypod, timeoutMs: number): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (anypod.busy > 0 && Date.now() < until) await delay(DRAIN_CHECK_MS);
}

/** Sends requests for the endpoint to the pod, and every other one to the probes. */
function dispatch(
  config: Config,
  anypod: () => Anypod | Promise<Anypod>,
  health: Health,
  meter: Meter,
): RequestListener {
  const { path, legacySse } = config;
  const probes = createHealthListener(health, path);
  const isEndpoint = createIsEndpoint(path);
  const isSse = legacySse ? createIsSseEndpoint(path) : () => false;
  const protects = authOptionsOf(config) !== undefined;
  const isServed = (url: string) => isEndpoint(url) || isSse(url) || (protects && url.startsWith(METADATA_PATH));
  return (request: IncomingMessage, response: ServerResponse) => {
    const { url = '' } = request;
    // Otherwise the balancer would continue to use its open connections.
    if (health.draining) response.setHeader('connection', 'close');
    const ready = anypod();
    if (lacksHost(request)) refuseWithoutHost(response);
    else if (!isServed(url)) probes(request, response);
    else if (ready instanceof Promise) void serveEarly(request, response, ready, meter, config.errorsUrl);
    else ready.handler(request, response);
  };
}

/** Serves a request that comes before the pod has started. A balancer without health checks sends such requests. They wait for `START_HOLD_MS`. */
async function serveEarly(
  request: IncomingMessage,
  response: ServerResponse,
  started: Promise<Anypod>,
  meter: Meter,
  errorsUrl: string | undefined,
): Promise<void> {
  const anypod = await Promise.race([started, delay(START_HOLD_MS, undefined, { ref: false })]);
  if (anypod !== undefined) return anypod.handler(request, response);
  meter.refused(503, 'starting');
  const error = rpcError(null, RPC.internal, 'This pod is still starting. Try again shortly.', { reason: 'starting' });
  const body = JSON.stringify(error);
  const answer = errorsUrl === undefined ? body : linkErrors(body, errorsUrl);
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' }).end(answer);
}
