import { expect } from 'vitest';
import type { ValueCase } from '../value-case.ts';

/** A setting that reaches the server as an environment variable. */
function setting(key: string, value: unknown, variable: string, text = String(value), section = 'config'): ValueCase {
  return {
    path: `${section}.${key}`,
    value,
    check: ({ env }) => expect(env(variable)).toBe(text),
  };
}

const limit = (key: string, value: number, variable: string) => setting(key, value, variable, String(value), 'limits');

/** A limit of tenants needs an issuer that names them. */
const tenantLimit = (key: string, value: number, variable: string, more: Readonly<Record<string, unknown>> = {}) => ({
  ...limit(key, value, variable),
  with: {
    'auth.issuers': [{ issuer: 'https://login.example.com', tenant: 'acme' }],
    'auth.publicUrls': ['https://mcp.example.com/mcp'],
    ...more,
  },
});

export const config: readonly ValueCase[] = [
  setting('path', '/tools', 'ANYPOD_PATH'),
  setting('prefix', 'shop', 'ANYPOD_PREFIX'),
  setting('allowedHosts', ['a.example.com', 'b.example.com'], 'ANYPOD_ALLOWED_HOSTS', 'a.example.com,b.example.com'),
  setting(
    'allowedOrigins',
    ['a.example.com', 'b.example.com'],
    'ANYPOD_ALLOWED_ORIGINS',
    'a.example.com,b.example.com',
  ),
  setting('sessionTtl', 604_800_000, 'ANYPOD_SESSION_TTL'),
  setting('upgradeAfter', 0, 'ANYPOD_UPGRADE_AFTER'),
  setting('callTimeout', 60_000, 'ANYPOD_CALL_TIMEOUT'),
  setting('parkedCalls', 50, 'ANYPOD_PARKED_CALLS'),
  setting('parkedTtl', 60_000, 'ANYPOD_PARKED_TTL'),
  setting('heartbeat', 20_000, 'ANYPOD_HEARTBEAT'),
  setting('keepAlive', 75_000, 'ANYPOD_KEEP_ALIVE'),
  setting('maxAge', 0, 'ANYPOD_MAX_AGE'),
  setting('listenMaxAge', 7_200_000, 'ANYPOD_LISTEN_MAX_AGE'),
  setting('retry', 2000, 'ANYPOD_RETRY'),
  setting('streamRetention', 3_600_000, 'ANYPOD_STREAM_RETENTION'),
  setting('streamEvents', 2_000_000, 'ANYPOD_STREAM_EVENTS'),
  setting('streamBytes', 1_073_741_824, 'ANYPOD_STREAM_BYTES'),
  setting('standingRetention', 600_000, 'ANYPOD_STANDING_RETENTION'),
  setting('standingLimit', 5000, 'ANYPOD_STANDING_LIMIT'),
  setting('sessionStateBytes', 131_072, 'ANYPOD_SESSION_STATE_BYTES'),
  setting('handleTtl', 3_600_000, 'ANYPOD_HANDLE_TTL'),
  setting('handles', 100, 'ANYPOD_HANDLES'),
  setting('anonymousHandles', 5000, 'ANYPOD_ANONYMOUS_HANDLES'),
  setting('lease', 10_000, 'ANYPOD_LEASE'),
  setting('cacheBytes', 268_435_456, 'ANYPOD_CACHE_BYTES'),
  setting('maxBody', 10_485_760, 'ANYPOD_MAX_BODY'),
  setting('maxDepth', 50, 'ANYPOD_MAX_DEPTH'),
  setting('factoryTimeout', 30_000, 'ANYPOD_FACTORY_TIMEOUT'),
  setting('onUnhandledRejection', 'drain', 'ANYPOD_ON_UNHANDLED_REJECTION'),
  setting('rerun', 'safe', 'ANYPOD_RERUN'),
  setting('rerunLimit', 0, 'ANYPOD_RERUN_LIMIT'),
  setting('retryTools', ['pay', 'ship'], 'ANYPOD_RETRY_TOOLS', 'pay,ship'),
  setting(
    'taskTools',
    { report: { mode: 'always', ttlMs: 86_400_000 }, '*': { afterMs: 5000 } },
    'ANYPOD_TASK_TOOLS',
    '{"*":{"afterMs":5000},"report":{"mode":"always","ttlMs":86400000}}',
  ),
  setting('taskConcurrency', 4, 'ANYPOD_TASK_CONCURRENCY'),
  setting('taskResultBytes', 2_097_152, 'ANYPOD_TASK_RESULT_BYTES'),
  setting('taskLimit', 100, 'ANYPOD_TASK_LIMIT'),
  setting('redisReplicas', 1, 'ANYPOD_REDIS_REPLICAS'),
  setting('drainDelay', 1500, 'ANYPOD_DRAIN_DELAY'),
  setting('drainTimeout', 120_000, 'ANYPOD_DRAIN_TIMEOUT'),
  setting('maxHeaders', 65_536, 'ANYPOD_MAX_HEADERS'),
  setting('legacySse', true, 'ANYPOD_LEGACY_SSE'),
  setting('logFormat', 'pretty', 'ANYPOD_LOG_FORMAT'),
  setting('gameDayPort', 9465, 'ANYPOD_GAME_DAY_PORT'),
  setting('errorsUrl', 'https://docs.example.com/errors', 'ANYPOD_ERRORS_URL'),
  setting('logLevel', 'debug', 'ANYPOD_LOG_LEVEL'),
  setting('logRedact', ['email', 'x-api-key'], 'ANYPOD_LOG_REDACT', 'email,x-api-key'),
];

/** The settings in `limits`. */
export const limits: readonly ValueCase[] = [
  limit('rate', 600, 'ANYPOD_RATE'),
  { ...limit('rateBurst', 100, 'ANYPOD_RATE_BURST'), with: { 'limits.rate': 600 } },
  limit('callerCalls', 50, 'ANYPOD_CALLER_CALLS'),
  limit('callerStreams', 50, 'ANYPOD_CALLER_STREAMS'),
  limit('callerSessions', 200, 'ANYPOD_CALLER_SESSIONS'),
  limit('callerParkedCalls', 20, 'ANYPOD_CALLER_PARKED_CALLS'),
  tenantLimit('tenantRate', 6000, 'ANYPOD_TENANT_RATE'),
  tenantLimit('tenantBurst', 1000, 'ANYPOD_TENANT_BURST', { 'limits.tenantRate': 6000 }),
  tenantLimit('tenantCalls', 500, 'ANYPOD_TENANT_CALLS'),
  tenantLimit('tenantStreams', 500, 'ANYPOD_TENANT_STREAMS'),
  tenantLimit('tenantSessions', 2000, 'ANYPOD_TENANT_SESSIONS'),
  limit('maxCalls', 5000, 'ANYPOD_MAX_CALLS'),
  limit('maxStreams', 0, 'ANYPOD_MAX_STREAMS'),
  limit('maxListens', 500, 'ANYPOD_MAX_LISTENS'),
  limit('maxLoopDelay', 500, 'ANYPOD_MAX_LOOP_DELAY'),
  limit('subscriptions', 200, 'ANYPOD_SUBSCRIPTIONS'),
  limit('maxBatch', 10, 'ANYPOD_MAX_BATCH'),
  limit('requestTimeout', 60_000, 'ANYPOD_REQUEST_TIMEOUT'),
];
