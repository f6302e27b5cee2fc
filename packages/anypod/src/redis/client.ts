/**
 * The part of a Redis client that anypod uses: ioredis and iovalkey fit, single server, Sentinel and Cluster alike.
 *
 * Commands: `evalsha eval set hget hdel xadd xread xrange xrevrange xtrim srem smembers pexpire exists unlink ping`, and `wait` for stores that
 * wait for replicas
 * (an ACL needs these, and those that the scripts call). Names are lower case, because ioredis picks reply shapes by them.
 */
export interface RedisConnection {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** Commands that go out together, on one connection, and are answered together. */
  pipeline(commands: (string | number)[][]): { exec(): Promise<[error: Error | null, reply: unknown][] | null> };
  /** Of a Cluster: the nodes of each slot, its master first; empty until they are known. */
  readonly slots?: readonly (readonly string[])[];
  /** Closes at once; what is under way rejects. */
  disconnect(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Connected, also again; of a Cluster: its nodes were looked up. */
  on(event: 'ready' | 'refresh', listener: () => void): unknown;
}

/** What a blocking connection needs otherwise than the one it is duplicated from. */
export interface BlockingOptions {
  /** A blocked read waits out any outage: it is sent again, from the same position, on the next connection. */
  maxRetriesPerRequest: null;
  enableOfflineQueue: true;
  autoResendUnfulfilledCommands: true;
  /** As good as none, in ms: the command itself waits. */
  commandTimeout: number;
  /** A blocking read goes alone. */
  enableAutoPipelining: false;
  /** Ends a connection that died without a word, in ms. */
  socketTimeout: number;
}

/** The same for a Cluster, which has some of these of its own. */
export interface ClusterBlockingOptions {
  redisOptions: BlockingOptions;
  enableOfflineQueue: true;
  enableAutoPipelining: false;
  /** A replica may not have yet what was written. */
  scaleReads: 'master';
}

/** A client of one server, or of a master that Sentinel names. */
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

/** How long one blocking read waits, in ms; a reader looks after its log as often. */
export const BLOCK_MS = 5000;

/** How much later than that its answer may be, in ms, before its connection counts as dead. */
const GRACE_MS = 2000;

/** The longest that Node's timers can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Opens a connection of its own for blocking reads. */
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
