/**
 * The part of a Redis client that anypod uses. ioredis and iovalkey have it, for a single server, Sentinel and Cluster.
 *
 * Commands: `evalsha eval set hget hdel hmget xadd xlen xread xreadgroup xrange xrevrange xtrim zrevrangebyscore srem smembers pexpire exists
 * unlink ping`, and `wait` for stores that wait for replicas. An ACL must allow these and the commands that the scripts call. Names are in lower case, because ioredis
 * chooses the shape of a reply by them.
 */
export interface RedisConnection {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** Sends commands together on one connection, and gets their replies together. */
  pipeline(commands: (string | number)[][]): { exec(): Promise<[error: Error | null, reply: unknown][] | null> };
  /** Only on a Cluster: the nodes of each slot, the master first. Empty until they are known. */
  readonly slots?: readonly (readonly string[])[];
  /** Closes at once. Pending commands reject. */
  disconnect(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** `ready`: connected, for the first time or again. `refresh`: a Cluster client has looked its nodes up. */
  on(event: 'ready' | 'refresh', listener: () => void): unknown;
}

/** The options in which a blocking connection differs from the one that it is duplicated from. */
export interface BlockingOptions {
  /** A blocked read outlives any outage: the client sends it again, from the same position, on the next connection. */
  maxRetriesPerRequest: null;
  enableOfflineQueue: true;
  autoResendUnfulfilledCommands: true;
  /** So long that it never matters, in ms: the command has its own time limit. */
  commandTimeout: number;
  /** A blocking read must not share a pipeline. */
  enableAutoPipelining: false;
  /** Ends a connection that has died without closing, in ms. */
  socketTimeout: number;
}

/** The same for a Cluster, where some of these options are set per node and some for the whole client. */
export interface ClusterBlockingOptions {
  redisOptions: BlockingOptions;
  enableOfflineQueue: true;
  enableAutoPipelining: false;
  /** A replica may not yet have the newest entries. */
  scaleReads: 'master';
}

/** A client of one server, or of the master that Sentinel names. */
export interface SingleClient extends RedisConnection {
  readonly isCluster: boolean;
  duplicate(override?: BlockingOptions): RedisConnection;
}

/** A client of a Redis Cluster. */
export interface ClusterClient extends RedisConnection {
  readonly isCluster: boolean;
  duplicate(nodes?: [], override?: ClusterBlockingOptions): RedisConnection;
  nodes(role: 'master'): unknown[];
}

export type RedisClient = SingleClient | ClusterClient;

/** How long one blocking read waits, in ms. If it finds nothing, the reader checks that its log still exists. */
export const BLOCK_MS = 5000;

/** How much later than that an answer may come before its connection counts as dead, in ms. */
const GRACE_MS = 2000;

/** The longest that Node's timers can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Opens a separate connection for blocking reads. */
export function duplicateForBlocking(client: RedisClient): RedisConnection {
  const override: BlockingOptions = {
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    autoResendUnfulfilledCommands: true,
    commandTimeout: LONGEST_TIMER_MS,
    enableAutoPipelining: false,
    socketTimeout: BLOCK_MS + GRACE_MS,
  };
  if (!('nodes' in client)) return client.duplicate(override);
  return client.duplicate([], {
    redisOptions: override,
    enableOfflineQueue: true,
    enableAutoPipelining: false,
    scaleReads: 'master',
  });
}
