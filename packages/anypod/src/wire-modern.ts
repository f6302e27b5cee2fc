import type { AgeLimit } from './core/age-limit.ts';
import type { Deadlines } from './core/deadlines.ts';
import type { FilterOf } from './core/gate.ts';
import type { Log } from './core/log.ts';
import type { Meter } from './core/meter.ts';
import type { ModernHandler } from './core/server-host.ts';
import type { Signer } from './core/signer.ts';
import { createRequestState } from './core/state/request-state.ts';
import type { ParkedMail } from './core/store/inbox.ts';
import type { Store } from './core/store/store.ts';
import type { TaskSettings } from './core/task/task-rule.ts';
import type { Traces } from './core/traces.ts';
import type { ChangeBus } from './mcp/modern/change-bus.ts';
import { createModernHandler } from './mcp/modern/modern-handler.ts';
import { createParkedCalls } from './mcp/parked/parked-calls.ts';
import { createParkedStates } from './mcp/parked/parked-state.ts';
import { createParking } from './mcp/parked/parking.ts';
import type { CallWaiters } from './mcp/retry/call-waiters.ts';
import { createRetryGuard } from './mcp/retry/retry-guard.ts';
import type { BuildServer } from './mcp/sdk/build-server.ts';
import type { RunningCalls } from './mcp/sdk/running-calls.ts';
import type { ServerSdk } from './mcp/sdk/sdk.ts';
import type { Reuse } from './mcp/sdk/user-server.ts';
import { createDeadlines } from './pod/context/deadlines.ts';
import { POD_DEFAULTS, type PodOptions } from './pod/context/options.ts';
import { monotonicNow } from './pod/lifecycle/lease.ts';
import type { Pod } from './pod/pod.ts';
import { randomId } from './signing/signer.ts';
import type { TaskRoom } from './tasks/task-room.ts';

export interface ModernParts {
  readonly tasks: TaskRoom;
  /** Lets the code of a call know its caller. */
  readonly withCallers: (handler: ModernHandler) => ModernHandler;
  readonly pod: Pod;
  readonly sdk: ServerSdk;
  readonly bus: ChangeBus;
  readonly waiters: CallWaiters;
  /** Where the pod delivers mail about parked calls. */
  readonly mail: { deliver: (mail: ParkedMail) => void };
  readonly store: Store;
  readonly signer: Signer;
  readonly log: Log;
  readonly meter: Meter;
  readonly traces: Traces | undefined;
  readonly listenAgeLimit: AgeLimit;
  readonly callDeadlines: Deadlines | undefined;
  readonly build: BuildServer;
  /** The user's servers do not speak 2026-07-28. */
  readonly guests: boolean;
  readonly calls: RunningCalls;
  readonly filterOf: FilterOf | undefined;
}

export interface ModernSettings extends PodOptions {
  readonly requestStateTtlMs: number;
  readonly retryTools: readonly string[];
  readonly taskTools: Readonly<Record<string, TaskSettings>>;
  readonly reuse?: Reuse;
  readonly parkedCalls: number;
  readonly callerParkedCalls: number;
  readonly parkedTtlMs: number;
  readonly heartbeatMs: number;
  readonly maxSubscriptions: number;
}

/** Builds the handler of the modern era from a pod's parts. */
export function wireModern(parts: ModernParts, settings: ModernSettings): ModernHandler {
  const { pod, sdk, bus, waiters, store, signer, log, meter, traces, listenAgeLimit } = parts;
  const { leaseMs = POD_DEFAULTS.leaseMs, rerunLimit = POD_DEFAULTS.rerunLimit } = settings;
  const parkedStateTtlMs = Math.max(settings.requestStateTtlMs, settings.parkedTtlMs);
  const parkedStates = createParkedStates(createRequestState(signer, parkedStateTtlMs, randomId));
  const parked = createParkedCalls({
    pod: pod.id,
    limit: settings.parkedCalls,
    callerLimit: settings.callerParkedCalls,
    deadlines: createDeadlines(settings.parkedTtlMs, monotonicNow, log, false),
    states: parkedStates,
    random: randomId,
    meter,
    traces,
  });
  const peers = {
    pod: pod.id,
    leaseMs,
    traces,
    rerunLimit,
    isLost: (other: string) => pod.isLost(other),
    send: store.inbox.send,
  };
  const requestState = createRequestState(signer, settings.requestStateTtlMs, randomId);
  const parking = createParking({ calls: parked, peers, random: randomId, log });
  parts.mail.deliver = parking.receive;
  const handler = createModernHandler({
    parked,
    parkedStates,
    parking,
    sdk,
    bus,
    log,
    listenAgeLimit,
    callDeadlines: parts.callDeadlines,
    build: parts.build,
    guests: parts.guests,
    calls: parts.calls,
    limited: meter.limited,
    filterOf: parts.filterOf,
    requestState,
    spent: store.spent,
    guard: createRetryGuard({ calls: store.calls, waiters, peers, random: randomId, log, meter, traces }),
    traces,
    retryTools: settings.retryTools,
    taskTools: settings.taskTools,
    reruns: rerunLimit > 0,
    ...(settings.reuse === undefined ? {} : { reuse: settings.reuse }),
    keepAliveMs: settings.heartbeatMs,
    maxSubscriptions: settings.maxSubscriptions,
  });
  return parts.tasks.around(parts.withCallers(handler), requestState);
}
