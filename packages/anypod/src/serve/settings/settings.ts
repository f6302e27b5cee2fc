import { z } from 'zod';
import { AUTH_SETTINGS } from './auth-settings.ts';
import { LIMIT_SETTINGS } from './limit-settings.ts';
import { MODULE_SETTINGS } from './module-settings.ts';
import { PAYLOAD_SETTINGS } from './payload-settings.ts';
import { PROCESS_SETTINGS } from './process-settings.ts';
import { REDIS_SETTINGS } from './redis-settings.ts';
import { bytes, choice, count, list, milliseconds, type Setting } from './setting.ts';
import { STATE_SETTINGS } from './state-settings.ts';
import { TASK_SETTINGS } from './task-settings.ts';

const names = list.transform((entries) => entries.map((entry) => entry.toLowerCase()));

/** All settings. `make reference` makes the table of `docs/configuration.md` from them. */
export const SETTINGS: readonly Setting[] = [
  {
    name: 'port',
    flag: '--port',
    env: 'PORT',
    default: '3000',
    description: 'TCP port. 0 picks a free port.',
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
    description: 'Address to listen on. In a container, use :: for all addresses, also where the kernel has only IPv4.',
    schema: z.string().min(1, 'must not be empty'),
  },
  ...REDIS_SETTINGS,
  {
    name: 'secrets',
    flag: '--secret',
    env: 'ANYPOD_SECRET',
    default: '',
    description:
      'Signs session ids, event ids and request state. Use 32 bytes or more, and the same value on all pods. Required with Redis. You can list several, separated by commas: the first one signs, and all of them verify.',
    fromFile: true,
    schema: list.refine(
      (secrets) => secrets.length > 0 && secrets.every((secret) => Buffer.byteLength(secret) >= 32),
      'must be 32 bytes or more each; make one with: openssl rand -base64 32',
    ),
  },
  ...PAYLOAD_SETTINGS,
  {
    name: 'prefix',
    flag: '--prefix',
    env: 'ANYPOD_PREFIX',
    default: 'anypod',
    description: 'Prefix of all Redis keys. Servers that share a Redis need different prefixes.',
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
    name: 'legacySse',
    flag: '--legacy-sse',
    env: 'ANYPOD_LEGACY_SSE',
    default: 'false',
    description:
      'true: also serves clients of HTTP+SSE (2024-11-05), beside the endpoint: with /mcp, at /sse and /messages.',
    schema: choice,
    alone: true,
  },
  {
    name: 'allowedHosts',
    flag: '--allowed-hosts',
    env: 'ANYPOD_ALLOWED_HOSTS',
    default: '',
    description:
      'Host names that the Host header may contain, separated by commas. Without it, anypod allows all names. If it listens on a loopback address, it allows only the names of this machine.',
    schema: names,
  },
  {
    name: 'allowedOrigins',
    flag: '--allowed-origins',
    env: 'ANYPOD_ALLOWED_ORIGINS',
    default: '',
    description:
      'Host names of the web pages that may call, separated by commas. A whole origin, such as https://app.example.com, also works, and * means any page. These pages may also read the answers (CORS). Without it, only pages from the host of the request may call.',
    schema: names,
  },
  ...AUTH_SETTINGS,
  {
    name: 'sessionTtlMs',
    flag: '--session-ttl',
    env: 'ANYPOD_SESSION_TTL',
    default: '86400000',
    description: 'A session ends after this time without a request, an open stream or a running call (ms).',
    schema: milliseconds(1000),
  },
  {
    name: 'upgradeAfterMs',
    flag: '--upgrade-after',
    env: 'ANYPOD_UPGRADE_AFTER',
    default: '1000',
    description:
      'A call that takes longer than this gets its answer as an event stream, which the client can resume (ms).',
    schema: milliseconds(0),
  },
  {
    name: 'callTimeoutMs',
    flag: '--call-timeout',
    env: 'ANYPOD_CALL_TIMEOUT',
    default: '0',
    description:
      'Maximum time of a call, including the time in which it waits for answers of the client (ms). A longer call gets an error of reason timeout. 0 means no maximum.',
    schema: milliseconds(0),
  },
  {
    name: 'parkedCalls',
    flag: '--parked-calls',
    env: 'ANYPOD_PARKED_CALLS',
    default: '1000',
    description:
      'Maximum number of calls of 2026-07-28 per pod whose handlers wait for answers of their clients. Above it, a call whose tool may run again is run again when its answers come, and any other call gets a 503.',
    schema: count(0),
  },
  {
    name: 'parkedTtlMs',
    flag: '--parked-ttl',
    env: 'ANYPOD_PARKED_TTL',
    default: '600000',
    description: 'How long such a call may wait for its answers (ms). After that its handler is aborted.',
    schema: milliseconds(100),
  },
  {
    name: 'heartbeatMs',
    flag: '--heartbeat',
    env: 'ANYPOD_HEARTBEAT',
    default: '15000',
    description:
      'Interval at which anypod sends a comment on idle streams (ms). Keep it below every idle timeout between client and pod.',
    schema: milliseconds(100),
  },
  {
    name: 'keepAliveMs',
    flag: '--keep-alive',
    env: 'ANYPOD_KEEP_ALIVE',
    default: '620000',
    description:
      'How long anypod keeps idle connections open (ms). Keep it above the idle timeout of the balancer. See balancers.md.',
    schema: milliseconds(1000),
  },
  {
    name: 'maxAgeMs',
    flag: '--max-age',
    env: 'ANYPOD_MAX_AGE',
    default: '3600000',
    description:
      'Maximum age of standing streams, resumed streams and connections (ms). An older stream ends, and its client resumes it on any pod. An older connection closes with its next response. 0 means no maximum.',
    schema: milliseconds(0),
  },
  {
    name: 'listenMaxAgeMs',
    flag: '--listen-max-age',
    env: 'ANYPOD_LISTEN_MAX_AGE',
    default: '0',
    description:
      'Maximum age of subscriptions/listen streams (ms). 0, the default, means no maximum, because the official clients do not listen again by themselves.',
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
    description: 'How long clients can resume a finished stream (ms).',
    schema: milliseconds(1000),
  },
  {
    name: 'streamEventLimit',
    flag: '--stream-events',
    env: 'ANYPOD_STREAM_EVENTS',
    default: '10000',
    description:
      'Maximum number of events that anypod keeps per stream. Above it, anypod drops the oldest events, and a resume that needs them gets an error.',
    schema: count(10),
  },
  {
    name: 'streamByteLimit',
    flag: '--stream-bytes',
    env: 'ANYPOD_STREAM_BYTES',
    default: '4194304',
    description:
      'Maximum size of the events that anypod keeps per stream (bytes), in Redis and, while the call runs, in its pod.',
    schema: bytes(1024),
  },
  {
    name: 'standingRetentionMs',
    flag: '--standing-retention',
    env: 'ANYPOD_STANDING_RETENTION',
    default: '300000',
    description: 'How long anypod keeps messages for a session whose standing stream is not connected (ms).',
    schema: milliseconds(1000),
  },
  {
    name: 'standingLimit',
    flag: '--standing-limit',
    env: 'ANYPOD_STANDING_LIMIT',
    default: '1000',
    description:
      'Approximate number of messages that anypod keeps for a session whose standing stream is not connected. It is also the number of changes that it keeps for all sessions.',
    schema: count(10),
  },
  {
    name: 'leaseMs',
    flag: '--lease',
    env: 'ANYPOD_LEASE',
    default: '5000',
    description: 'How long a pod counts as alive after its last heartbeat (ms).',
    schema: milliseconds(500),
  },
  {
    name: 'cacheBytes',
    flag: '--cache-bytes',
    env: 'ANYPOD_CACHE_BYTES',
    default: '',
    description:
      'Heap for the servers of idle sessions (bytes). Without it, a quarter of Node’s heap limit, at most 128 MiB.',
    schema: bytes(8 * 1024 * 1024),
  },
  ...LIMIT_SETTINGS,
  ...STATE_SETTINGS,
  ...MODULE_SETTINGS,
  ...TASK_SETTINGS,
  {
    name: 'drainDelayMs',
    flag: '--drain-delay',
    env: 'ANYPOD_DRAIN_DELAY',
    default: '5000',
    description: 'How long a pod serves requests as usual after SIGTERM, until the balancer has noticed (ms).',
    schema: milliseconds(0),
  },
  {
    name: 'drainTimeoutMs',
    flag: '--drain-timeout',
    env: 'ANYPOD_DRAIN_TIMEOUT',
    default: '25000',
    description:
      'How long running calls may then continue (ms). The sum of this and the drain delay must be below the grace period of the platform.',
    schema: milliseconds(0),
  },
  ...PROCESS_SETTINGS,
];
