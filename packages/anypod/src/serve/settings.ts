import { z } from 'zod';
import { REDIS_SETTINGS } from './redis-settings.ts';
import type { Setting } from './setting.ts';

const milliseconds = (min: number) =>
  z.coerce
    .number({ error: 'must be a number of milliseconds' })
    .int('must be a whole number of milliseconds')
    .min(min, `must be ${min} or more`);
const bytes = (min: number) =>
  z.coerce
    .number({ error: 'must be a number of bytes' })
    .int('must be a whole number of bytes')
    .min(min, `must be ${min} or more`);
const count = (min: number) =>
  z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(min, `must be ${min} or more`);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const names = list.transform((entries) => entries.map((entry) => entry.toLowerCase()));

/** Everything that can be configured; `docs/configuration.md` is checked against it. */
export const SETTINGS: readonly Setting[] = [
  {
    name: 'port',
    flag: '--port',
    env: 'PORT',
    default: '3000',
    description: 'TCP port; 0 picks a free one.',
    schema: z.coerce
      .number({ error: 'must be a port number' })
      .int()
      .min(0, 'must be 0 or more')
      .max(65535, 'must be 65535 or less'),
  },
  {
    name: 'host',
    flag: '--host',
    env: 'HOST',
    default: '127.0.0.1',
    description: 'Address to listen on; 0.0.0.0 in a container.',
    schema: z.string().min(1, 'must not be empty'),
  },
  ...REDIS_SETTINGS,
  {
    name: 'secrets',
    flag: '--secret',
    env: 'ANYPOD_SECRET',
    default: '',
    description:
      'Signs session ids, event ids and request state; 32 bytes or more, the same on all pods; required with Redis. Several, comma-separated: the first signs, all verify.',
    schema: list.refine(
      (secrets) => secrets.length > 0 && secrets.every((secret) => Buffer.byteLength(secret) >= 32),
      'must be 32 bytes or more each; make one with: openssl rand -base64 32',
    ),
  },
  {
    name: 'prefix',
    flag: '--prefix',
    env: 'ANYPOD_PREFIX',
    default: 'anypod',
    description: 'What all Redis keys begin with; servers that share a Redis need different ones.',
    schema: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -'),
  },
  {
    name: 'path',
    flag: '--path',
    env: 'ANYPOD_PATH',
    default: '/mcp',
    description: 'Path of the MCP endpoint.',
    schema: z.string().regex(/^\/[^?#\s]*$/, 'must begin with /'),
  },
  {
    name: 'allowedHosts',
    flag: '--allowed-hosts',
    env: 'ANYPOD_ALLOWED_HOSTS',
    default: '',
    description:
      'Host names that requests may be for, comma-separated; without it any, or only this machine’s where host is a loopback address.',
    schema: names,
  },
  {
    name: 'allowedOrigins',
    flag: '--allowed-origins',
    env: 'ANYPOD_ALLOWED_ORIGINS',
    default: '',
    description: 'Host names whose pages may call, comma-separated; without it the one that the request is for.',
    schema: names,
  },
  {
    name: 'sessionTtlMs',
    flag: '--session-ttl',
    env: 'ANYPOD_SESSION_TTL',
    default: '86400000',
    description: 'A session ends after this long without a request, an open stream or a running call (ms).',
    schema: milliseconds(1000),
  },
  {
    name: 'upgradeAfterMs',
    flag: '--upgrade-after',
    env: 'ANYPOD_UPGRADE_AFTER',
    default: '1000',
    description: 'A call that takes longer is answered as an event stream, which survives its connection (ms).',
    schema: milliseconds(0),
  },
  {
    name: 'heartbeatMs',
    flag: '--heartbeat',
    env: 'ANYPOD_HEARTBEAT',
    default: '15000',
    description: 'How often idle streams carry a comment (ms); below every idle timeout on the way.',
    schema: milliseconds(100),
  },
  {
    name: 'keepAliveMs',
    flag: '--keep-alive',
    env: 'ANYPOD_KEEP_ALIVE',
    default: '620000',
    description:
      'How long idle connections are kept open (ms); above what the balancer keeps them for. See balancers.md.',
    schema: milliseconds(1000),
  },
  {
    name: 'maxAgeMs',
    flag: '--max-age',
    env: 'ANYPOD_MAX_AGE',
    default: '3600000',
    description:
      'Streams that wait are ended after this long and come back on any pod, connections close with their next response (ms); 0: never.',
    schema: milliseconds(0),
  },
  {
    name: 'listenMaxAgeMs',
    flag: '--listen-max-age',
    env: 'ANYPOD_LISTEN_MAX_AGE',
    default: '0',
    description:
      'The same for subscriptions/listen streams (ms); 0: never, since the official clients do not listen again by themselves.',
    schema: milliseconds(0),
  },
  {
    name: 'retryMs',
    flag: '--retry',
    env: 'ANYPOD_RETRY',
    default: '1000',
    description: 'How long clients wait before they reconnect a stream (ms).',
    schema: milliseconds(0),
  },
  {
    name: 'streamRetentionMs',
    flag: '--stream-retention',
    env: 'ANYPOD_STREAM_RETENTION',
    default: '600000',
    description: 'How long a finished stream can be resumed (ms).',
    schema: milliseconds(1000),
  },
  {
    name: 'streamEventLimit',
    flag: '--stream-events',
    env: 'ANYPOD_STREAM_EVENTS',
    default: '10000',
    description: 'Events kept of one stream; beyond it the oldest go, and a resume that needs them gets an error.',
    schema: count(10),
  },
  {
    name: 'streamByteLimit',
    flag: '--stream-bytes',
    env: 'ANYPOD_STREAM_BYTES',
    default: '4194304',
    description: 'Bytes of events kept of one stream, in Redis and, while it runs, in its pod.',
    schema: bytes(1024),
  },
  {
    name: 'standingRetentionMs',
    flag: '--standing-retention',
    env: 'ANYPOD_STANDING_RETENTION',
    default: '300000',
    description: 'How long messages wait for a session whose standing stream is away (ms).',
    schema: milliseconds(1000),
  },
  {
    name: 'standingLimit',
    flag: '--standing-limit',
    env: 'ANYPOD_STANDING_LIMIT',
    default: '1000',
    description: 'Messages kept for such a session, and changes kept for all, about.',
    schema: count(10),
  },
  {
    name: 'leaseMs',
    flag: '--lease',
    env: 'ANYPOD_LEASE',
    default: '5000',
    description: 'How long a pod counts as living after its last heartbeat (ms).',
    schema: milliseconds(500),
  },
  {
    name: 'cacheBytes',
    flag: '--cache-bytes',
    env: 'ANYPOD_CACHE_BYTES',
    default: '',
    description:
      'Heap for the servers of idle sessions (bytes); without it a quarter of Node’s heap limit, 128 MiB at most.',
    schema: bytes(8 * 1024 * 1024),
  },
  {
    name: 'maxBodyBytes',
    flag: '--max-body',
    env: 'ANYPOD_MAX_BODY',
    default: '4194304',
    description: 'Largest request body (bytes).',
    schema: bytes(1024),
  },
  {
    name: 'rerun',
    flag: '--rerun',
    env: 'ANYPOD_RERUN',
    default: 'read-only',
    description:
      'Which calls of a lost pod run again on another: never, read-only (tools with readOnlyHint) or safe (idempotentHint too).',
    schema: z.enum(['never', 'read-only', 'safe'], { error: 'must be never, read-only or safe' }),
  },
  {
    name: 'rerunLimit',
    flag: '--rerun-limit',
    env: 'ANYPOD_RERUN_LIMIT',
    default: '1',
    description: 'How often one call may run again.',
    schema: z.coerce
      .number({ error: 'must be a number' })
      .int('must be a whole number')
      .min(0)
      .max(10, 'must be 10 or less'),
  },
  {
    name: 'retryTools',
    flag: '--retry-tools',
    env: 'ANYPOD_RETRY_TOOLS',
    default: '',
    description: 'Tools whose calls run once however often a 2026 client repeats them, comma-separated; see retry.md.',
    schema: list,
  },
  {
    name: 'drainDelayMs',
    flag: '--drain-delay',
    env: 'ANYPOD_DRAIN_DELAY',
    default: '5000',
    description: 'How long after SIGTERM requests are served as usual, until the balancer has noticed (ms).',
    schema: milliseconds(0),
  },
  {
    name: 'drainTimeoutMs',
    flag: '--drain-timeout',
    env: 'ANYPOD_DRAIN_TIMEOUT',
    default: '25000',
    description: 'How long running calls may then go on (ms); with the delay below the grace period of the platform.',
    schema: milliseconds(0),
  },
  {
    name: 'logLevel',
    flag: '--log-level',
    env: 'ANYPOD_LOG_LEVEL',
    default: 'info',
    description: 'debug, info, warn, error or silent.',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be debug, info, warn, error or silent',
    }),
  },
];
