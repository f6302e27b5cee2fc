import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, DNSLookupFunction, Redis } from 'ioredis';
import { type Log, silentLog } from '../../core/log.ts';
import type { Config } from '../settings/config.ts';
import type { RedisAddress } from '../settings/redis-url.ts';
import { createDatabaseClient } from './database-client.ts';
import { createFailoverConnector } from './failover-connector.ts';
import { type RedisLocation, readRedisAddress } from './redis-address.ts';
import { reasonOf } from './redis-refusals.ts';
import { warnAboutRedis } from './redis-warnings.ts';

/** A request that needs Redis is answered or refused within this time. */
const PATIENCE_MS = 2000;
const CONNECT_TIMEOUT_MS = 2000;
const LOADING_RETRY_MS = 100;
const MAX_RECONNECT_DELAY_MS = 1000;
/** How often a command is repeated in a Cluster whose nodes change, every 100 ms. */
const CLUSTER_ATTEMPTS = 10;

const reconnectDelay = (attempt: number) => Math.min(attempt * 50, MAX_RECONNECT_DELAY_MS);

/** The settings that say how to reach Redis. */
export type RedisSettings = RedisLocation & Pick<Config, 'redisTlsCa' | 'redisTlsCert' | 'redisTlsKey'>;

/**
 * Connects to the Redis that `config.redis` names. A lost connection reconnects by itself, and until then commands fail fast: within `patienceMs`
 * (default 2000) if the server does not answer, at once if it is known to be away. ioredis is loaded only here.
 */
export async function connectRedis(
  config: RedisSettings,
  log: Log,
  patienceMs: number = PATIENCE_MS,
): Promise<Redis | Cluster> {
  const address = readRedisAddress(config);
  if (address === undefined) throw new TypeError('connectRedis needs a Redis URL.');
  const tls = address.tls ? await readTls(config) : undefined;
  const { Redis: SingleClient, Cluster: ClusterClient, SentinelConnector } = await import('ioredis');

  const client =
    address.form === 'cluster'
      ? new ClusterClient([...address.hosts], clusterOptions(address, patienceMs, tls))
      : new (createDatabaseClient(SingleClient))(
          address.form === 'single'
            ? singleOptions(address, patienceMs, tls)
            : { ...sentinelOptions(address, patienceMs, tls), Connector: createFailoverConnector(SentinelConnector) },
        );
  const user = address.username ?? 'default';
  client.on('error', (error: Error) => log.warn({ reason: reasonOf(error, user) }, 'Redis connection error'));
  // A user who only looks may not ask for what the warnings are about.
  if (log !== silentLog) client.once('ready', () => void warnAboutRedis(client, log));
  // A Cluster client refuses commands until it knows the slots. Without this wait, the first pod of a deployment would start with such errors.
  if (address.form === 'cluster')
    await Promise.race([once(client, 'ready'), delay(CONNECT_TIMEOUT_MS)]).catch(() => {});
  return client;
}

interface Tls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

async function readTls({ redisTlsCa, redisTlsCert, redisTlsKey }: RedisSettings): Promise<Tls> {
  return {
    ...(redisTlsCa !== undefined && { ca: await readFile(redisTlsCa) }),
    ...(redisTlsCert !== undefined && { cert: await readFile(redisTlsCert) }),
    ...(redisTlsKey !== undefined && { key: await readFile(redisTlsKey) }),
  };
}

/**
 * Options of all forms. They do not enable ioredis's auto-pipelining: the events of one turn of the event loop are already one command, and its batches
 * cost more than they save. They also keep garbage alive, which causes long pauses. In a Cluster a batch would not follow a slot that moves.
 */
function commonOptions({ username, password, db }: RedisAddress, patienceMs: number, tls: Tls | undefined) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls }),
    db,
    commandTimeout: patienceMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // If an answer is this late, the connection counts as dead, because a connection may die without a signal.
    socketTimeout: 2 * patienceMs,
    // A Redis that restarts says how long it will load its data, mostly far too long, and ioredis would wait for that, up to 10 s. A pod that is away for longer
    // than the others would count as lost.
    maxLoadingRetryTime: LOADING_RETRY_MS,
    // Otherwise the ACL would need two more rules.
    disableClientInfo: true,
  };
}

function reconnectingOptions(address: RedisAddress, patienceMs: number, tls: Tls | undefined) {
  return {
    ...commonOptions(address, patienceMs, tls),
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt: number) => Math.min(reconnectDelay(attempt), patienceMs / 2),
    // The known master is a replica now. So connect again, to the current master.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

function singleOptions(address: RedisAddress, patienceMs: number, tls: Tls | undefined) {
  return { ...reconnectingOptions(address, patienceMs, tls), ...address.hosts[0] };
}

function sentinelOptions(address: RedisAddress, patienceMs: number, tls: Tls | undefined) {
  const { sentinelUsername, sentinelPassword } = address;
  return {
    ...reconnectingOptions(address, patienceMs, tls),
    sentinels: [...address.hosts],
    name: address.master,
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls !== undefined && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    // After a failover the old master may accept writes for a while and lose them. So disconnect from it when the Sentinels report the failover.
    failoverDetector: true,
    sentinelReconnectStrategy: reconnectDelay,
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    sentinelRetryStrategy: reconnectDelay,
  };
}

const keepName: DNSLookupFunction = (host, callback) => callback(null, host);

/** Options of a Cluster. The offline queue is off, because it has no time limit. */
function clusterOptions(address: RedisAddress, patienceMs: number, tls: Tls | undefined) {
  return {
    redisOptions: commonOptions(address, patienceMs, tls),
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectDelay,
    maxRedirections: CLUSTER_ATTEMPTS,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // Certificates contain host names, so keep the names instead of their addresses.
    ...(tls !== undefined && { dnsLookup: keepName }),
  };
}
