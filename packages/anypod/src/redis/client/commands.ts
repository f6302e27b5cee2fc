import { AnypodError } from '../../core/errors.ts';
import type { Script } from '../scripts.generated.ts';
import type { RedisConnection } from './client.ts';
import { isReply, refusedCommand, refusedConnection, refusedKey } from './replies.ts';

export type Argument = string | number;

/**
 * The commands that the stores send to Redis. Rejects with `AnypodError`: `store_unavailable` if Redis cannot serve now, `store_refused` if its user may
 * not do what is asked.
 */
export interface Commands {
  call(command: string, ...args: Argument[]): Promise<unknown>;
  /** Runs a script on keys of one slot. */
  run(script: Script, keys: readonly string[], ...args: Argument[]): Promise<unknown>;
}

/** Error replies that mean "not now". Any other error reply is a bug of anypod and is passed on. */
const TRANSIENT = new Set([
  'LOADING',
  'READONLY',
  'CLUSTERDOWN',
  'MASTERDOWN',
  'TRYAGAIN',
  'OOM',
  'MISCONF',
  'NOREPLICAS',
  'BUSY',
  'UNBLOCKED',
  'MOVED',
  'ASK',
]);

function firstWord(error: Error): string {
  return error.message.split(' ', 1)[0] ?? '';
}

/** Clients get this sentence, so it names neither the user nor the command. The cause names them. */
const REFUSED =
  'Redis does not allow this pod what the request needs. The pod’s log names the command; its operator allows it (docs/redis.md#acl).';

/** The error that a caller of the store gets for `error`. */
export function faultOf(error: unknown): unknown {
  // By its name, because the client may come from another copy of this package.
  if (error instanceof Error && error.name === 'AnypodError') return error;
  if (isReply(error)) {
    if (refusedCommand(error) || refusedKey(error)) return new AnypodError('store_refused', REFUSED, { cause: error });
    if (!TRANSIENT.has(firstWord(error)) && !refusedConnection(error)) return error;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new AnypodError('store_unavailable', `Redis does not answer (${reason}); try again shortly.`, {
    cause: error,
  });
}

/** Whether a server refused a script because it does not know the script's hash yet. */
export function isUnknownScript(error: unknown): boolean {
  return isReply(error) && firstWord(error) === 'NOSCRIPT';
}

/**
 * Sends scripts by their hash. A server that does not know the hash gets the text and keeps it; each node of a Cluster has its own cache of scripts.
 */
export function createCommands(connection: RedisConnection): Commands {
  async function call(command: string, ...args: Argument[]): Promise<unknown> {
    try {
      return await connection.call(command, ...args);
    } catch (error) {
      throw faultOf(error);
    }
  }

  async function run(script: Script, keys: readonly string[], ...args: Argument[]): Promise<unknown> {
    try {
      return await connection.call('evalsha', script.sha, script.keys, ...keys, ...args);
    } catch (error) {
      if (isUnknownScript(error)) return call('eval', script.lua, script.keys, ...keys, ...args);
      throw faultOf(error);
    }
  }

  return { call, run };
}
