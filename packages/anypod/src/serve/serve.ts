import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import type { Logger } from 'pino';
import { type Anypod, createAnypod } from '../anypod.ts';
import { AnypodError } from '../core/errors.ts';
import { RPC, rpcError } from '../core/rpc-error.ts';
import { bannerText, factoryAdvice } from './banner.ts';
import { type Config, ConfigError, hostNamesOf } from './config.ts';
import { addHealthRoutes, type Health } from './health.ts';
import { listen } from './listen.ts';
import { loadModule } from './load-module.ts';
import { openStore } from './open-store.ts';

const STORE_RETRY_MS = 500;
const DRAIN_CHECK_MS = 50;

/** A serving pod. */
export interface Serving {
  /** The MCP endpoint's URL. */
  readonly url: string;
  /** Drains and lets go of everything; resolves when nothing is left. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  readonly log: Logger;
  /** Where the banner goes. */
  readonly print: (text: string) => void;
  /** Aborts the start. */
  readonly signal: AbortSignal;
}

/** Runs one pod as `config` says. Throws `ConfigError` for what the operator has to mend. */
export async function serve(config: Config, { log, print, signal }: ServeOptions): Promise<Serving> {
  const { createServer, sdk } = await loadModule(config.module);
  const health: Health = { started: false, draining: false, store: () => Promise.reject(new Error('not connected')) };
  let anypod: Anypod | undefined;
  const listener = await listen(
    dispatch(config.path, () => anypod, healthApp(health)),
    config.port,
    config.host,
  );
  const { store, close: closeStore } = await openStore(config, log);
  const allowedHosts = hostNamesOf(config);
  try {
    anypod = await untilStored(signal, log, () =>
      createAnypod({
        ...settingsOf(config),
        createServer,
        store,
        log,
        ...(config.secrets === undefined ? {} : { secrets: config.secrets }),
        ...(sdk === undefined ? {} : { sdk }),
        ...(allowedHosts === undefined ? {} : { allowedHosts }),
      }),
    );
  } catch (error) {
    listener.destroy();
    await Promise.all([listener.close(), closeStore()]);
    throw error instanceof AnypodError && error.code === 'factory_failed'
      ? new ConfigError([`<module>: ${error.message}`])
      : error;
  }
  health.store = () => anypod.ready();
  health.started = true;
  const url = listener.origin + config.path;
  print(bannerText(url, anypod.probe, config.redis !== undefined));
  const advice = factoryAdvice(anypod.probe);
  if (advice !== undefined) log.warn(advice);

  return {
    url,
    async stop() {
      health.draining = true;
      await drain(anypod, config.drainTimeoutMs);
      const closed = listener.close();
      await anypod.close();
      listener.destroy();
      await closed;
      await closeStore();
    },
  };
}

function settingsOf(config: Config) {
  const { sessionTtlMs, upgradeAfterMs, heartbeatMs, retryMs, leaseMs, cacheBytes, maxBodyBytes, allowedOrigins } =
    config;
  const origins = allowedOrigins === undefined ? {} : { allowedOrigins };
  return { sessionTtlMs, upgradeAfterMs, heartbeatMs, retryMs, leaseMs, cacheBytes, maxBodyBytes, ...origins };
}

/** Tries again while the store cannot be reached: a pod may start before its Redis. */
async function untilStored(signal: AbortSignal, log: Logger, attempt: () => Promise<Anypod>): Promise<Anypod> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AnypodError && error.code === 'store_unavailable')) throw error;
      log.warn({ reason: error.message }, 'waiting for the store');
      await delay(STORE_RETRY_MS, undefined, { signal });
    }
  }
}

/** Streams that merely wait go at once; what runs keeps its connection until it ends, or the time is up. */
async function drain(anypod: Anypod, timeoutMs: number): Promise<void> {
  anypod.releaseStreams();
  const until = Date.now() + timeoutMs;
  while (anypod.busy > 0 && Date.now() < until) await delay(DRAIN_CHECK_MS);
}

function healthApp(health: Health): express.Express {
  const app = express().disable('x-powered-by');
  addHealthRoutes(app, health);
  return app;
}

/** The endpoint is dispatched before Express, whose routing and body parsing would cost more than the protocol. */
function dispatch(path: string, anypod: () => Anypod | undefined, app: express.Express): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { url = '' } = request;
    const isEndpoint = url === path || url.startsWith(`${path}?`);
    const ready = anypod();
    if (!isEndpoint) app(request, response);
    else if (ready !== undefined) ready.handler(request, response);
    else refuseEarly(response);
  };
}

function refuseEarly(response: ServerResponse): void {
  const error = rpcError(null, RPC.internal, 'This pod is still starting. Try again shortly.', { reason: 'starting' });
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' }).end(JSON.stringify(error));
}
