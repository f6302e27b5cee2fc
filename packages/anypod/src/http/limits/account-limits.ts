import { Limited, type LimitReason } from '../../core/limited.ts';
import type { Rate } from '../../core/store/quotas.ts';
import { type LimitSettings, limitsCallers, limitsTenants } from './limit-options.ts';

/** What a refusal says where the limit is so many. */
interface Told {
  readonly reason: LimitReason;
  readonly sentence: (most: number) => string;
}

/** How much each account of one kind may use, and what it is told above that. */
export interface AccountLimits {
  /** Where a `Caller` has the name of the account. */
  readonly member: 'quotaKey' | 'tenantQuotaKey';
  /** Undefined: any rate. */
  readonly rate: Rate | undefined;
  /** Requests without a complete answer, on this pod. 0: any number. */
  readonly calls: number;
  /** Open streams, on this pod. 0: any number. */
  readonly streams: number;
  readonly told: { readonly rate: Told; readonly calls: Told; readonly streams: Told };
}

/** The limits of each caller. Undefined: callers have none. */
export function limitsOfCaller(settings: LimitSettings): AccountLimits | undefined {
  if (!limitsCallers(settings)) return undefined;
  return {
    member: 'quotaKey',
    rate: rateOf(settings.ratePerMinute, settings.rateBurst),
    calls: settings.callerCalls,
    streams: settings.callerStreams,
    told: {
      rate: {
        reason: 'rate_limit',
        sentence: () => 'You send requests faster than you may. Wait as long as Retry-After says.',
      },
      calls: {
        reason: 'call_limit',
        sentence: (most) => `You have ${most} requests that are not answered. Wait until one is.`,
      },
      streams: {
        reason: 'stream_limit',
        sentence: (most) => `You have ${most} open streams on this pod. Close one first.`,
      },
    },
  };
}

/** The limits of each tenant, for all of its callers together. Undefined: tenants have none. */
export function limitsOfTenant(settings: LimitSettings): AccountLimits | undefined {
  if (!limitsTenants(settings)) return undefined;
  return {
    member: 'tenantQuotaKey',
    rate: rateOf(settings.tenantRatePerMinute, settings.tenantRateBurst),
    calls: settings.tenantCalls,
    streams: settings.tenantStreams,
    told: {
      rate: {
        reason: 'tenant_rate_limit',
        sentence: () =>
          'The users of your tenant together send requests faster than they may. Wait as long as Retry-After says.',
      },
      calls: {
        reason: 'tenant_call_limit',
        sentence: (most) => `The users of your tenant have ${most} requests that are not answered. Wait until one is.`,
      },
      streams: {
        reason: 'tenant_stream_limit',
        sentence: (most) =>
          `The users of your tenant have ${most} open streams on this pod. One of them must be closed first.`,
      },
    },
  };
}

function rateOf(perMinute: number, burst: number): Rate | undefined {
  return perMinute === 0 ? undefined : { intervalMs: 60_000 / perMinute, burst };
}

/** How long a caller waits that has too much open, in ms. */
const OPEN_RETRY_MS = 1000;

/** 429: the account may not have more of `what`. */
export function refusalOf(
  limits: AccountLimits,
  what: 'rate' | 'calls' | 'streams',
  retryAfterMs: number = OPEN_RETRY_MS,
): Limited {
  const { reason, sentence } = limits.told[what];
  return new Limited(429, reason, sentence(what === 'rate' ? 0 : limits[what]), { retryAfterMs });
}
