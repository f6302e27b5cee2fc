import type { AgeLimit } from './core/age-limit.ts';
import type { Gate } from './core/gate.ts';
import type { Log } from './core/log.ts';
import type { Meter } from './core/meter.ts';
import type { ModernHandler } from './core/server-host.ts';
import { createEndpoint } from './http/endpoint.ts';
import { createFetchHandler, type FetchHandler } from './http/fetch-handler.ts';
import { createHeartbeats } from './http/heartbeats.ts';
import { createNodeHandler, type NodeHandler } from './http/node-handler.ts';
import { createOldConnections } from './http/old-connections.ts';
import type { OriginGuardOptions } from './http/origin-guard.ts';
import { createUrlOf } from './http/public-address.ts';
import type { BodyLimits } from './http/read-body.ts';
import { createRouter, type Router } from './http/router.ts';
import type { Pod } from './pod/pod.ts';

export interface HttpParts {
  readonly pod: Pod;
  readonly modern: ModernHandler;
  readonly gate: Gate | undefined;
  readonly ageLimit: AgeLimit;
  readonly log: Log;
  readonly meter: Meter;
}

export interface HttpSettings extends OriginGuardOptions, BodyLimits {
  readonly heartbeatMs: number;
  readonly maxBufferedBytes: number;
  readonly retryMs: number;
  readonly path: string;
  readonly trustedProxies?: readonly string[];
}

/** The endpoint in each kind of HTTP server. */
export interface Handlers {
  readonly fetch: FetchHandler;
  readonly handler: NodeHandler;
  router(path?: string): Router;
  /** Stops the timer of the heartbeats. */
  stop(): void;
}

/** Builds the endpoint and its handlers from a pod's parts. */
export function wireHttp(parts: HttpParts, settings: HttpSettings): Handlers {
  const { trustedProxies } = settings;
  const endpoint = createEndpoint({ ...settings, ...parts });
  const heartbeats = createHeartbeats(settings.heartbeatMs, parts.log);
  const urlOf = trustedProxies && createUrlOf(trustedProxies);
  const isOld = createOldConnections(parts.ageLimit);
  const handler = createNodeHandler({ ...settings, endpoint, heartbeats, isOld, urlOf });
  return {
    fetch: createFetchHandler({ ...settings, endpoint, heartbeats }),
    handler,
    router: (path = settings.path) => createRouter(handler, path, parts.gate !== undefined),
    stop: () => heartbeats.stop(),
  };
}
