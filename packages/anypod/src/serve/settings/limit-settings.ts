import type { LimitSettings } from '../../http/limits/limit-options.ts';
import { bytes, count, milliseconds, type Setting } from './setting.ts';

/** The limits for messages, callers, tenants and pods. `docs/limits.md` has all limits, each with its error. */
export const LIMIT_SETTINGS: readonly Setting[] = [
  {
    name: 'maxBodyBytes',
    flag: '--max-body',
    env: 'ANYPOD_MAX_BODY',
    default: '4194304',
    description: 'Maximum size of a request body, also after decompression (bytes).',
    schema: bytes(1024),
  },
  {
    name: 'maxHeaderBytes',
    flag: '--max-headers',
    env: 'ANYPOD_MAX_HEADERS',
    default: '16384',
    description:
      'Maximum size of a request’s headers (bytes). A request with larger ones, for example with a large token, gets 431.',
    schema: bytes(4096).refine((size) => size <= 1024 * 1024, 'must be 1048576 or less'),
  },
  {
    name: 'maxDepth',
    flag: '--max-depth',
    env: 'ANYPOD_MAX_DEPTH',
    default: '100',
    description: 'Maximum depth of nested objects and arrays in a request body.',
    schema: count(10).refine((depth) => depth <= 1000, 'must be 1000 or less'),
  },
  {
    name: 'maxBatch',
    flag: '--max-batch',
    env: 'ANYPOD_MAX_BATCH',
    default: '100',
    description: 'Maximum number of messages in a batch (2025-03-26).',
    schema: count(1),
  },
  {
    name: 'requestTimeoutMs',
    flag: '--request-timeout',
    env: 'ANYPOD_REQUEST_TIMEOUT',
    default: '300000',
    description:
      'How long a request may take to arrive (ms), its headers no longer than a minute. A slower one gets 408. It does not limit how long a call may run.',
    schema: milliseconds(1000),
  },
  {
    name: 'ratePerMinute',
    flag: '--rate',
    env: 'ANYPOD_RATE',
    default: '0',
    description:
      'Maximum number of requests of one caller per minute, on all pods together. A caller is a principal, or the address of an anonymous client. Above it, requests get 429. 0 means no maximum. See limits.md.',
    schema: count(0),
  },
  {
    name: 'rateBurst',
    flag: '--rate-burst',
    env: 'ANYPOD_RATE_BURST',
    default: '60',
    description: 'How many requests a caller may send at once, if there is a maximum per minute.',
    schema: count(1),
  },
  {
    name: 'callerCalls',
    flag: '--caller-calls',
    env: 'ANYPOD_CALLER_CALLS',
    default: '0',
    description:
      'Maximum number of requests of one caller on a pod that are not yet answered. Above it, requests get 429. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'callerStreams',
    flag: '--caller-streams',
    env: 'ANYPOD_CALLER_STREAMS',
    default: '0',
    description:
      'Maximum number of open streams of one caller on a pod: standing streams and subscriptions/listen. Above it, new ones get 429. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'callerSessions',
    flag: '--caller-sessions',
    env: 'ANYPOD_CALLER_SESSIONS',
    default: '0',
    description:
      'Maximum number of sessions of one caller, on all pods together: those that it began within the session TTL and has not ended. Above it, initialize gets 429. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'callerParkedCalls',
    flag: '--caller-parked-calls',
    env: 'ANYPOD_CALLER_PARKED_CALLS',
    default: '0',
    description:
      'Maximum number of calls of one caller on a pod that wait for its answers (2026-07-28). Above it, calls get 429 as they get 503 above ANYPOD_PARKED_CALLS. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'tenantRatePerMinute',
    flag: '--tenant-rate',
    env: 'ANYPOD_TENANT_RATE',
    default: '0',
    description:
      'Maximum number of requests of all callers of one tenant per minute, on all pods together. Above it, requests get 429. 0 means no maximum. Callers without a tenant are not counted.',
    schema: count(0),
  },
  {
    name: 'tenantRateBurst',
    flag: '--tenant-burst',
    env: 'ANYPOD_TENANT_BURST',
    default: '600',
    description: 'How many requests the callers of a tenant may send at once, if there is a maximum per minute.',
    schema: count(1),
  },
  {
    name: 'tenantCalls',
    flag: '--tenant-calls',
    env: 'ANYPOD_TENANT_CALLS',
    default: '0',
    description:
      'Maximum number of requests of one tenant on a pod that are not yet answered. Above it, requests get 429. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'tenantStreams',
    flag: '--tenant-streams',
    env: 'ANYPOD_TENANT_STREAMS',
    default: '0',
    description:
      'Maximum number of open streams of one tenant on a pod: standing streams and subscriptions/listen. Above it, new ones get 429. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'tenantSessions',
    flag: '--tenant-sessions',
    env: 'ANYPOD_TENANT_SESSIONS',
    default: '0',
    description:
      'Maximum number of sessions of one tenant, on all pods together. Above it, initialize gets 429. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'maxCalls',
    flag: '--max-calls',
    env: 'ANYPOD_MAX_CALLS',
    default: '10000',
    description:
      'Maximum number of requests on a pod that are not yet answered. Above it, new requests get 503. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'maxStreams',
    flag: '--max-streams',
    env: 'ANYPOD_MAX_STREAMS',
    default: '20000',
    description:
      'Maximum number of open streams on a pod: standing streams and subscriptions/listen. Above it, new ones get 503. 0 means no maximum.',
    schema: count(0),
  },
  {
    name: 'maxSubscriptions',
    flag: '--max-listens',
    env: 'ANYPOD_MAX_LISTENS',
    default: '1024',
    description: 'Maximum number of subscriptions/listen streams on a pod. Above it, new ones get 503.',
    schema: count(1),
  },
  {
    name: 'maxLoopDelayMs',
    flag: '--max-loop-delay',
    env: 'ANYPOD_MAX_LOOP_DELAY',
    default: '1000',
    description:
      'How long the event loop of a pod may keep timers waiting (ms). While each of several timers in a row waits for longer, new requests get 503. 0 means any time.',
    schema: milliseconds(0),
  },
  {
    name: 'subscriptionLimit',
    flag: '--subscriptions',
    env: 'ANYPOD_SUBSCRIPTIONS',
    default: '1000',
    description:
      'Maximum number of resources to which a session subscribes, and to which one subscriptions/listen does.',
    schema: count(1),
  },
];

/** The settings above, as `readConfig` returns them. */
export interface LimitConfig extends LimitSettings {
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxDepth: number;
  readonly requestTimeoutMs: number;
}

/** A limit of a caller that is above that of its tenant or of a pod would never hold, nor would one of a tenant above that of a pod. */
const WITHIN = [
  ['callerCalls', 'maxCalls'],
  ['callerStreams', 'maxStreams'],
  ['callerParkedCalls', 'parkedCalls'],
  ['ratePerMinute', 'tenantRatePerMinute'],
  ['callerCalls', 'tenantCalls'],
  ['callerStreams', 'tenantStreams'],
  ['callerSessions', 'tenantSessions'],
  ['tenantCalls', 'maxCalls'],
  ['tenantStreams', 'maxStreams'],
] as const;
const TENANT_LIMITS = ['tenantRatePerMinute', 'tenantCalls', 'tenantStreams', 'tenantSessions'] as const;

type Limits = Partial<LimitConfig & { readonly parkedCalls: number }>;

/** What is wrong with the settings together. `hasTenants`: whether tokens can have a tenant. */
export function limitFaults(config: Limits, hasTenants: boolean): readonly string[] {
  const pairs = [...WITHIN, ...(hasBothRates(config) ? [['rateBurst', 'tenantRateBurst'] as const] : [])];
  return [
    ...pairs.flatMap(([inner, outer]) => {
      const [most, room] = [config[inner] ?? 0, config[outer] ?? 0];
      return room > 0 && most > room
        ? [`${variableOf(inner)}: must be ${room} or less, as ${variableOf(outer)} is`]
        : [];
    }),
    ...TENANT_LIMITS.filter((name) => !hasTenants && (config[name] ?? 0) > 0).map(
      (name) =>
        `${variableOf(name)}: limits nobody, because no token has a tenant; set tenant or claims.tenant of an issuer in ANYPOD_AUTH`,
    ),
  ];
}

function hasBothRates({ ratePerMinute = 0, tenantRatePerMinute = 0 }: Limits): boolean {
  return ratePerMinute > 0 && tenantRatePerMinute > 0;
}

function variableOf(name: string): string {
  return LIMIT_SETTINGS.find((setting) => setting.name === name)?.env ?? 'ANYPOD_PARKED_CALLS';
}
