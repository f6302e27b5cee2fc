import { POD_DEFAULTS, type PodOptions } from '../../pod/context/options.ts';

/**
 * How much callers, tenants and this pod may do. A caller is a principal, or the address of an anonymous client. The callers whose principals have the same
 * tenant count together for it, whoever issued their tokens. 0 means no limit, where it is the default or where the text says so.
 */
export interface LimitOptions {
  /** Requests of one caller per minute, on all pods. Default 0. */
  readonly ratePerMinute?: number;
  /** Requests that one caller may send at once. Default 60. */
  readonly rateBurst?: number;
  /** Requests of one caller without a complete answer, on this pod. Default 0. */
  readonly callerCalls?: number;
  /** Open streams of one caller, on this pod: standing streams and `subscriptions/listen`. Default 0. */
  readonly callerStreams?: number;
  /** Calls of one caller that wait on this pod for its answers (2026-07-28). Default 0. */
  readonly callerParkedCalls?: number;
  /** Requests of all callers of one tenant per minute, on all pods. Default 0. */
  readonly tenantRatePerMinute?: number;
  /** Requests that one tenant may send at once. Default 600. */
  readonly tenantRateBurst?: number;
  /** Requests of one tenant without a complete answer, on this pod. Default 0. */
  readonly tenantCalls?: number;
  /** Open streams of one tenant, on this pod. Default 0. */
  readonly tenantStreams?: number;
  /** Requests without a complete answer, on this pod. Above it, the pod refuses new ones. Default 10000; 0: no limit. */
  readonly maxCalls?: number;
  /** Open streams on this pod: standing streams and `subscriptions/listen`. Default 20000; 0: no limit. */
  readonly maxStreams?: number;
  /** How many `subscriptions/listen` streams may be open in this process. Default 1024. */
  readonly maxSubscriptions?: number;
  /** The pod refuses new requests while the event loop makes timers wait for longer than this, in ms. Default 1000; 0: no limit. */
  readonly maxLoopDelayMs?: number;
  /** How many resources a session, and a `subscriptions/listen`, may subscribe to. Give the store the same number. Default 1000. */
  readonly subscriptionLimit?: number;
  /** How many messages a batch may have (2025-03-26). Default 100. */
  readonly maxBatch?: number;
}

export type LimitSettings = Required<LimitOptions & Pick<PodOptions, 'callerSessions' | 'tenantSessions'>>;

export const LIMIT_DEFAULTS: LimitSettings = {
  ratePerMinute: 0,
  rateBurst: 60,
  callerCalls: 0,
  callerStreams: 0,
  callerSessions: POD_DEFAULTS.callerSessions,
  callerParkedCalls: 0,
  tenantRatePerMinute: 0,
  tenantRateBurst: 600,
  tenantCalls: 0,
  tenantStreams: 0,
  tenantSessions: POD_DEFAULTS.tenantSessions,
  maxCalls: 10_000,
  maxStreams: 20_000,
  maxSubscriptions: 1024,
  maxLoopDelayMs: 1000,
  subscriptionLimit: 1000,
  maxBatch: 100,
};

/** Whether callers are told apart, so that the pod must know their addresses. */
export function limitsCallers(settings: LimitSettings): boolean {
  const { callerCalls, callerStreams, callerSessions, callerParkedCalls, ratePerMinute } = settings;
  return callerCalls + callerStreams + callerSessions + callerParkedCalls + ratePerMinute > 0;
}

/** Whether tenants are told apart. */
export function limitsTenants(settings: LimitSettings): boolean {
  const { tenantCalls, tenantStreams, tenantSessions, tenantRatePerMinute } = settings;
  return tenantCalls + tenantStreams + tenantSessions + tenantRatePerMinute > 0;
}

/** Whether requests per minute are limited, of callers or of tenants. */
export function limitsRates({ ratePerMinute, tenantRatePerMinute }: LimitSettings): boolean {
  return ratePerMinute + tenantRatePerMinute > 0;
}
