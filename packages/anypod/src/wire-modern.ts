import type { Ages } from './core/ages.ts';
import type { Log } from './core/log.ts';
import type { Meter } from './core/meter.ts';
import { createRequestState } from './core/request-state.ts';
import type { ModernHandler } from './core/server-host.ts';
import type { Signer } from './core/signer.ts';
import type { Store } from './core/store.ts';
import type { BuildServer } from './mcp/build-server.ts';
import type { CallWaiters } from './mcp/call-waiters.ts';
import type { ChangeBus } from './mcp/change-bus.ts';
import { createModernHandler } from './mcp/modern.ts';
import { createRetryGuard } from './mcp/retry-guard.ts';
import type { RunningCalls } from './mcp/running-calls.ts';
import type { ServerSdk } from './mcp/sdk.ts';
import type { Reuse } from './mcp/user-server.ts';
import { POD_DEFAULTS, type PodOptions } from './pod/options.ts';
import type { Pod } from './pod/pod.ts';
import { randomId } from './signing/signer.ts';

export interface ModernParts {
  readonly pod: Pod;
  readonly podId: string;
  readonly sdk: ServerSdk;
  readonly bus: ChangeBus;
  readonly waiters: CallWaiters;
  readonly store: Store;
  readonly signer: Signer;
  readonly log: Log;
  readonly meter: Meter;
  readonly listenAges: Ages;
  readonly build: BuildServer;
  readonly calls: RunningCalls;
}

export interface ModernSettings extends PodOptions {
  readonly requestStateTtlMs: number;
  readonly retryTools: readonly string[];
  readonly reuse?: Reuse;
  readonly heartbeatMs: number;
  readonly maxSubscriptions: number;
}

/** Puts the modern era together from a pod's parts. */
export function wireModern(parts: ModernParts, settings: ModernSettings): ModernHandler {
  const { pod, podId, sdk, bus, waiters, store, signer, log, meter, listenAges, build, calls } = parts;
  const { leaseMs = POD_DEFAULTS.leaseMs, rerunLimit = POD_DEFAULTS.rerunLimit } = settings;
  const peers = {
    pod: podId,
    leaseMs,
    rerunLimit,
    isLost: (other: string) => pod.isLost(other),
    send: store.inbox.send,
  };
  return createModernHandler({
    sdk,
    bus,
    log,
    listenAges,
    build,
    calls,
    requestState: createRequestState(signer, settings.requestStateTtlMs, randomId),
    spent: store.spent,
    guard: createRetryGuard({ calls: store.calls, waiters, peers, random: randomId, log, meter }),
    retryTools: settings.retryTools,
    ...(settings.reuse === undefined ? {} : { reuse: settings.reuse }),
    keepAliveMs: settings.heartbeatMs,
    maxSubscriptions: settings.maxSubscriptions,
  });
}
