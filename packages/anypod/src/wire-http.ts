import type { AgeLimit } from './core/age-limit.ts';
import type { Gate } from './core/gate.ts';
import type { Log } from './core/log.ts';
import type { Meter } from './core/meter.ts';
import type { ModernHandler } from './core/server-host.ts';
import type { Signer } from './core/signer.ts';
import type { Quotas } from './core/store/quotas.ts';
import type { Traces } from './core/traces.ts';
import { createDoor, type Room } from './http/door.ts';
import { createEndpoint } from './http/endpoint.ts';
import { createFetchHandler, type FetchHandler } from './http/fetch-handler.ts';
import { createAddressOf } from './http/limits/client-address.ts';
import { type LimitSettings, limitsCallers, limitsRates } from './http/limits/limit-options.ts';
import { createLimits, type Limits } from './http/limits/limits.ts';
import { createNodeHandler, type NodeHandler } from './http/node-handler.ts';
import { createOldConnections } from './http/old-connections.ts';
import { createHeartbeats } from './http/reply/heartbeats.ts';
import { createRequestLog } from './http/reply/request-log.ts';
import { isSseUrl } from './http/request/endpoint-path.ts';
import type { Incoming } from './http/request/incoming.ts';
import type { OriginGuardOptions } from './http/request/origin-guard.ts';
import { createUrlOf } from './http/request/public-address.ts';
import type { BodyLimits } from './http/request/read-body.ts';
import { createRouter, type Router } from './http/router.ts';
import { createSseEndpoint } from './http/sse-endpoint.ts';
import { createMemoryStore } from './memory/index.ts';
import { monotonicNow } from './pod/lifecycle/lease.ts';
import type { Pod } from './pod/pod.ts';
import { shortHash } from './signing/signer.ts';

export interface HttpParts {
  readonly pod: Pod;
  readonly modern: ModernHandler;
  readonly gate: Gate | undefined;
  readonly ageLimit: AgeLimit;
  readonly log: Log;
  readonly meter: Meter;
  readonly quotas: Quotas;
  readonly signer: Signer;
  readonly traces: Traces | undefined;
}

export interface HttpSettings extends OriginGuardOptions, BodyLimits, LimitSettings {
  readonly heartbeatMs: number;
  readonly maxBufferedBytes: number;
  readonly retryMs: number;
  readonly path: string;
  readonly legacySse: boolean;
  readonly beforeRequest?: (() => Promise<void>) | undefined;
  readonly trustedProxies?: readonly string[];
  readonly errorsUrl?: string | undefined;
}

/** The endpoint in each kind of HTTP server. */
export interface Handlers {
  readonly fetch: FetchHandler;
  readonly handler: NodeHandler;
  router(path?: string): Router;
  /** Stops the timers. */
  stop(): void;
}

/** Builds the endpoint and its handlers from a pod's parts. */
export function wireHttp(parts: HttpParts, settings: HttpSettings): Handlers {
  const { trustedProxies } = settings;
  // It counts alone while the store that all pods share does not answer.
  const own = limitsRates(settings) ? createMemoryStore() : undefined;
  const insurance = own?.quotas ?? parts.quotas;
  const limits = createLimits(settings, { ...parts, insurance, now: monotonicNow });
  const requests = createRequestLog(parts.log, shortHash, parts.traces);
  const endpoint = createDoor(
    { ...settings, ...parts, limits, requests, before: settings.beforeRequest },
    createRoomOf({ ...parts, limits }, settings.legacySse),
  );
  const heartbeats = createHeartbeats(settings.heartbeatMs, parts.log);
  const urlOf = trustedProxies && createUrlOf(trustedProxies);
  const addressOf = limitsCallers(settings) ? createAddressOf(trustedProxies ?? [], parts.log) : undefined;
  const isOld = createOldConnections(parts.ageLimit);
  const handler = createNodeHandler({ ...settings, endpoint, heartbeats, isOld, urlOf, addressOf });
  return {
    fetch: createFetchHandler({ ...settings, endpoint, heartbeats }),
    handler,
    router: (path = settings.path) => createRouter(handler, { ...settings, path, protects: parts.gate !== undefined }),
    stop() {
      heartbeats.stop();
      limits.stop();
      void own?.close();
    },
  };
}

/** The endpoint for both eras, and beside it the one for HTTP+SSE if it is served. */
function createRoomOf(
  parts: HttpParts & { readonly limits: Limits },
  legacySse: boolean,
): (incoming: Incoming) => Room {
  const endpoint = createEndpoint(parts);
  if (!legacySse) return () => endpoint;
  const sse = createSseEndpoint(parts);
  return ({ caller }) => (isSseUrl(caller.url ?? '') ? sse : endpoint);
}
